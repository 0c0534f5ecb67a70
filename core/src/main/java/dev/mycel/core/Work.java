package dev.mycel.core;

/** Floating-point operations of a call, a multiply-add counted as two. */
final class Work {
  private Work() {}

  static long flops(Primitive<?> primitive, Object attrs, Tensor[] inputs, Tensor[] results) {
    if (primitive == Prims.MATMUL || primitive == Prims.LINEAR) {
      return 2 * results[0].shape().size() * inputs[0].dim(-1);
    }
    if (primitive == Prims.CONV) {
      return 2 * results[0].shape().size() * perOutput(inputs[1].shape());
    }
    if (attrs instanceof Attrs.ConvGrad && primitive == Prims.CONV_INPUT_GRAD) {
      return 2 * inputs[0].shape().size() * perOutput(inputs[1].shape());
    }
    if (attrs instanceof Attrs.ConvGrad grad && primitive == Prims.CONV_WEIGHT_GRAD) {
      return 2 * inputs[1].shape().size() * perOutput(grad.shape());
    }
    return 0;
  }

  /** Products that make one element of a convolution: the weight without its output axis. */
  private static long perOutput(Shape weight) {
    return weight.dim(0) == 0 ? 0 : weight.size() / weight.dim(0);
  }
}
