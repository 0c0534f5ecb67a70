package dev.mycel.nn.layer;

/**
 * The mean of each window of x [N, C, L]; the batch axis may be missing.
 *
 * <p>As in MindSpore window and stride are 1 by default, and the pad mode is VALID.
 */
public final class AvgPool1d extends AvgPool {
  /** That window, stride 1. */
  public AvgPool1d(long kernelSize) {
    this(kernelSize, 1);
  }

  /** That window and stride. */
  public AvgPool1d(long kernelSize, long stride) {
    this(builder().kernelSize(kernelSize).stride(stride));
  }

  private AvgPool1d(PoolBuilder<AvgPool1d> b) {
    super(1, b);
  }

  /** A layer with other than the default arguments. */
  public static PoolBuilder<AvgPool1d> builder() {
    return new PoolBuilder<>("AvgPool1d", true, AvgPool1d::new);
  }
}
