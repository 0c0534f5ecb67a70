package dev.mycel.nn.layer;

import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;
import java.util.List;

/**
 * A convolution (cross-correlation) over 1 axis: x [N, C, L], weight [out, in / group, 1, kernel].
 *
 * <p>As in MindSpore the pad mode is SAME by default, and there is no bias.
 */
public final class Conv1d extends Convolution {
  /** Stride 1, pad mode SAME, no bias. */
  public Conv1d(long inChannels, long outChannels, long kernelSize) {
    this(builder(inChannels, outChannels, kernelSize));
  }

  /** Pad mode SAME, no bias; kernel size and stride in MindSpore's order. */
  public Conv1d(long inChannels, long outChannels, long kernelSize, long stride) {
    this(builder(inChannels, outChannels, kernelSize).stride(stride));
  }

  private Conv1d(ConvBuilder<Conv1d> b) {
    super(2, flat("Conv1d", b));
  }

  /** A layer with other than the default arguments. */
  public static ConvBuilder<Conv1d> builder(long inChannels, long outChannels, long kernelSize) {
    return new ConvBuilder<>(Conv1d::new, inChannels, outChannels, kernelSize);
  }

  /** Takes over nothing: its convolution has two axes inside. */
  @Override
  public int takesOver(List<? extends Cell<Tensor, Tensor>> following) {
    return 0;
  }

  @Override
  protected Tensor construct(Tensor x) {
    Args.rank("Conv1d", x.shape(), "[N, C, L]", 3);
    return convolve(x.expandDims(2)).squeeze(2);
  }
}
