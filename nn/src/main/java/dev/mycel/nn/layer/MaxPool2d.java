package dev.mycel.nn.layer;

/**
 * The largest element of each window of x [N, C, H, W]; the batch axis may be missing.
 *
 * <p>As in MindSpore window and stride are 1 by default, and the pad mode is VALID.
 */
public final class MaxPool2d extends MaxPool {
  /** That window, stride 1. */
  public MaxPool2d(long kernelSize) {
    this(kernelSize, 1);
  }

  /** That window and stride. */
  public MaxPool2d(long kernelSize, long stride) {
    this(builder().kernelSize(kernelSize).stride(stride));
  }

  private MaxPool2d(PoolBuilder<MaxPool2d> b) {
    super(2, b);
  }

  /** A layer with other than the default arguments. */
  public static PoolBuilder<MaxPool2d> builder() {
    return new PoolBuilder<>("MaxPool2d", false, MaxPool2d::new);
  }
}
