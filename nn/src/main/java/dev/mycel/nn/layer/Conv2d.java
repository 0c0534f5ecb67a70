package dev.mycel.nn.layer;

/**
 * A convolution (cross-correlation) over 2 axes: x [N, C, H, W], weight [out, in / group, kernel,
 * kernel].
 *
 * <p>As in MindSpore the pad mode is SAME by default, and there is no bias.
 */
public final class Conv2d extends Convolution {
  /** Stride 1, pad mode SAME, no bias. */
  public Conv2d(long inChannels, long outChannels, long kernelSize) {
    this(builder(inChannels, outChannels, kernelSize));
  }

  /** Pad mode SAME, no bias; kernel size and stride are the same along all axes. */
  public Conv2d(long inChannels, long outChannels, long kernelSize, long stride) {
    this(builder(inChannels, outChannels, kernelSize).stride(stride));
  }

  private Conv2d(ConvBuilder<Conv2d> b) {
    super(2, b);
  }

  /** A layer with other than the default arguments; one kernel size for all axes or one each. */
  public static ConvBuilder<Conv2d> builder(long inChannels, long outChannels, long... kernelSize) {
    return new ConvBuilder<>(Conv2d::new, inChannels, outChannels, kernelSize);
  }
}
