package dev.mycel.nn.layer;

/**
 * A convolution (cross-correlation) over 3 axes: x [N, C, D, H, W], weight [out, in / group,
 * kernel, kernel, kernel].
 *
 * <p>As in MindSpore the pad mode is SAME by default, and there is no bias.
 */
public final class Conv3d extends Convolution {
  /** Stride 1, pad mode SAME, no bias. */
  public Conv3d(long inChannels, long outChannels, long kernelSize) {
    this(builder(inChannels, outChannels, kernelSize));
  }

  /** Pad mode SAME, no bias; kernel size and stride are the same along all axes. */
  public Conv3d(long inChannels, long outChannels, long kernelSize, long stride) {
    this(builder(inChannels, outChannels, kernelSize).stride(stride));
  }

  private Conv3d(ConvBuilder<Conv3d> b) {
    super(3, b);
  }

  /** A layer with other than the default arguments; one kernel size for all axes or one each. */
  public static ConvBuilder<Conv3d> builder(long inChannels, long outChannels, long... kernelSize) {
    return new ConvBuilder<>(Conv3d::new, inChannels, outChannels, kernelSize);
  }
}
