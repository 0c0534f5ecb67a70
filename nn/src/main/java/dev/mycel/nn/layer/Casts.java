package dev.mycel.nn.layer;

import dev.mycel.core.DType;
import dev.mycel.core.Ops;
import dev.mycel.core.Precision;
import dev.mycel.core.Primitive;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Parameter;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Element types of inputs to primitives that layers bind themselves. */
final class Casts {
  private Casts() {}

  /** The type in which a primitive computes on operands that join to that type. */
  static DType compute(Primitive<?> primitive, DType joined) {
    return Precision.current().target(primitive, joined.isFloat() ? joined : DType.FLOAT32);
  }

  /**
   * The type in which a bias is added to a product of that type. Where types go by the class of the
   * operation, an addition takes the wider of its operands, as MindSpore's level auto does.
   */
  static DType biased(DType product, @Nullable Parameter bias) {
    if (bias == null || Precision.current().rule() != Precision.Rule.BY_CLASS) {
      return product;
    }
    return product.join(bias.dtype());
  }

  /** An input as the precision in force wants it for that primitive. */
  static Tensor input(Primitive<?> primitive, Tensor x) {
    return x.cast(compute(primitive, x.dtype()));
  }

  /**
   * Runs work whose types have been settled: the precision in force no longer casts. Norms compute
   * in float32 inside whatever type they were given.
   */
  static <T> T settled(Supplier<T> work) {
    Precision before = Precision.swap(Precision.NONE);
    try {
      return work.get();
    } finally {
      Precision.swap(before);
    }
  }

  /** A scalar of the tensor's type, to stand beside it. */
  static Tensor beside(Tensor x, double value) {
    return Ops.scalar(value, x.dtype());
  }
}
