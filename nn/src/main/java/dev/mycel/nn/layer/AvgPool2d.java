package dev.mycel.nn.layer;

/**
 * The mean of each window of x [N, C, H, W]; the batch axis may be missing.
 *
 * <p>As in MindSpore window and stride are 1 by default, and the pad mode is VALID.
 */
public final class AvgPool2d extends AvgPool {
  /** That window, stride 1. */
  public AvgPool2d(long kernelSize) {
    this(kernelSize, 1);
  }

  /** That window and stride. */
  public AvgPool2d(long kernelSize, long stride) {
    this(builder().kernelSize(kernelSize).stride(stride));
  }

  private AvgPool2d(PoolBuilder<AvgPool2d> b) {
    super(2, b);
  }

  /** A layer with other than the default arguments. */
  public static PoolBuilder<AvgPool2d> builder() {
    return new PoolBuilder<>("AvgPool2d", true, AvgPool2d::new);
  }
}
