package dev.mycel.nn.layer;

/**
 * The largest element of each window of x [N, C, D, H, W]; the batch axis may be missing.
 *
 * <p>As in MindSpore window and stride are 1 by default, and the pad mode is VALID.
 */
public final class MaxPool3d extends MaxPool {
  /** That window, stride 1. */
  public MaxPool3d(long kernelSize) {
    this(kernelSize, 1);
  }

  /** That window and stride. */
  public MaxPool3d(long kernelSize, long stride) {
    this(builder().kernelSize(kernelSize).stride(stride));
  }

  private MaxPool3d(PoolBuilder<MaxPool3d> b) {
    super(3, b);
  }

  /** A layer with other than the default arguments. */
  public static PoolBuilder<MaxPool3d> builder() {
    return new PoolBuilder<>("MaxPool3d", false, MaxPool3d::new);
  }
}
