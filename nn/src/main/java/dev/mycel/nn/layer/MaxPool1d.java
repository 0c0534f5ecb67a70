package dev.mycel.nn.layer;

/**
 * The largest element of each window of x [N, C, L]; the batch axis may be missing.
 *
 * <p>As in MindSpore window and stride are 1 by default, and the pad mode is VALID.
 */
public final class MaxPool1d extends MaxPool {
  /** That window, stride 1. */
  public MaxPool1d(long kernelSize) {
    this(kernelSize, 1);
  }

  /** That window and stride. */
  public MaxPool1d(long kernelSize, long stride) {
    this(builder().kernelSize(kernelSize).stride(stride));
  }

  private MaxPool1d(PoolBuilder<MaxPool1d> b) {
    super(1, b);
  }

  /** A layer with other than the default arguments. */
  public static PoolBuilder<MaxPool1d> builder() {
    return new PoolBuilder<>("MaxPool1d", false, MaxPool1d::new);
  }
}
