package dev.mycel.test;

import dev.mycel.core.Primitive;
import java.util.Locale;

/** Kinds of primitives, by which results of the conformance kit are told. */
public enum Family {
  /** Functions of elements, conversions among them. */
  ELEMENTWISE("elementwise"),
  /** Views, joins and padding. */
  MOVEMENT("movement"),
  /** Sums, extremes, scans and sorting. */
  REDUCTIONS("reductions"),
  /** Products of matrices. */
  PRODUCTS("products"),
  /** Convolutions and their gradients. */
  CONVOLUTIONS("convolutions"),
  /** Pooling and its gradients. */
  POOLING("pooling"),
  /** Choosing and adding by index. */
  INDEXING("indexing"),
  /** Constants. */
  CONSTANTS("constants"),
  /** Random numbers, dropout among them. */
  RANDOM("random"),
  /** Softmax and cross entropy. */
  SOFTMAX("softmax and cross entropy"),
  /** Batch and layer normalisation. */
  NORMALISATION("normalisation"),
  /** Attention. */
  ATTENTION("attention"),
  /** Recurrent layers. */
  RECURRENT("recurrent layers"),
  /** Steps of optimisers. */
  UPDATES("optimiser updates");

  private final String title;

  Family(String title) {
    this.title = title;
  }

  /** The family of a primitive. */
  public static Family of(Primitive<?> primitive) {
    String name = primitive.name();
    return switch (name) {
      case "dropout", "random_bits", "random_uniform", "random_normal", "random_sample" -> RANDOM;
      case "full", "iota" -> CONSTANTS;
      case "reshape", "transpose", "broadcast_to", "slice", "flip", "pad", "concat", "split" ->
          MOVEMENT;
      case "reduce_sum",
          "square_sum",
          "reduce_prod",
          "reduce_max",
          "reduce_min",
          "argmax",
          "argmin",
          "cumsum",
          "sort" ->
          REDUCTIONS;
      case "matmul", "linear" -> PRODUCTS;
      case "take", "take_add", "take_along", "put_along_add" -> INDEXING;
      case "attention", "attention_grad" -> ATTENTION;
      case "lstm", "lstm_grad", "gru", "gru_grad", "rnn", "rnn_grad" -> RECURRENT;
      default -> byPrefix(primitive, name);
    };
  }

  private static Family byPrefix(Primitive<?> primitive, String name) {
    if (name.startsWith("conv")) {
      return CONVOLUTIONS;
    } else if (name.contains("_pool")) {
      return POOLING;
    } else if (name.contains("softmax")) {
      return SOFTMAX;
    } else if (name.contains("_norm")) {
      return NORMALISATION;
    } else if (name.endsWith("_update")) {
      return UPDATES;
    } else if (primitive.isElementwise()) {
      return ELEMENTWISE;
    }
    throw new IllegalArgumentException(
        String.format(Locale.ROOT, "Family.of: %s belongs to no family; add it there", name));
  }

  @Override
  public String toString() {
    return title;
  }
}
