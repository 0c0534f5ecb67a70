package dev.mycel.checkpoint;

import dev.mycel.core.DType;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import java.util.function.Supplier;

/** One entry to be written. */
sealed interface Item {
  /** The name. */
  String name();

  /**
   * Numbers.
   *
   * @param content gives them, in the scope of who writes: a snapshot that later training does not
   *     change, or a tensor that is made for this
   */
  record Numbers(String name, DType dtype, Shape shape, Supplier<Tensor> content) implements Item {
    /** Numbers that are there. */
    Numbers(String name, Tensor tensor) {
      this(name, tensor.dtype(), tensor.shape(), () -> tensor);
    }

    /** The tensor, in row-major order or not. */
    Tensor tensor() {
      return content.get();
    }

    /** Bytes of all elements. */
    long bytes() {
      return shape.size() * dtype.bytes();
    }
  }

  /** A text. */
  record Text(String name, String text) implements Item {}
}
