package dev.mycel.golden;

import dev.mycel.core.Tensor;
import java.util.List;

/**
 * The inputs of an operation in call order.
 *
 * @param op its name
 * @param all tensors, and lists of tensors for tuples
 */
record Inputs(String op, List<Object> all) {
  /** The tensor at a place. */
  Tensor at(int i) {
    if (i < all.size() && all.get(i) instanceof Tensor t) {
      return t;
    }
    throw new Unsupported(op + ": input " + i + " of " + all.size() + " is no tensor");
  }

  /** The first tensor. */
  Tensor x() {
    return at(0);
  }

  /** The second tensor. */
  Tensor y() {
    return at(1);
  }

  /** How many there are. */
  int count() {
    return all.size();
  }

  /** The tensors of the tuple at a place. */
  List<Tensor> list(int i) {
    if (all.get(i) instanceof List<?> list) {
      return list.stream().map(Tensor.class::cast).toList();
    }
    throw new Unsupported(op + ": input " + i + " is no tuple");
  }

  /** All inputs as tensors. */
  Tensor[] tensors() {
    return all.stream().map(Tensor.class::cast).toArray(Tensor[]::new);
  }
}
