package dev.mycel.nn.layer;

/**
 * The mean of each window of x [N, C, D, H, W]; the batch axis may be missing.
 *
 * <p>As in MindSpore window and stride are 1 by default, and the pad mode is VALID.
 */
public final class AvgPool3d extends AvgPool {
  /** That window, stride 1. */
  public AvgPool3d(long kernelSize) {
    this(kernelSize, 1);
  }

  /** That window and stride. */
  public AvgPool3d(long kernelSize, long stride) {
    this(builder().kernelSize(kernelSize).stride(stride));
  }

  private AvgPool3d(PoolBuilder<AvgPool3d> b) {
    super(3, b);
  }

  /** A layer with other than the default arguments. */
  public static PoolBuilder<AvgPool3d> builder() {
    return new PoolBuilder<>("AvgPool3d", true, AvgPool3d::new);
  }
}
