package dev.mycel.nn.layer;

import dev.mycel.core.DType;
import dev.mycel.core.Messages;
import dev.mycel.core.Ops;
import dev.mycel.core.Shape;
import dev.mycel.core.ShapeException;
import dev.mycel.core.Tensor;
import org.jspecify.annotations.Nullable;

/** Shapes and masks of attention. */
final class AttentionShapes {
  private AttentionShapes() {}

  /** Refuses inputs [L, N, E], [S, N, kdim], [S, N, vdim] that do not belong together. */
  static void check(String layer, Tensor query, Tensor key, Tensor value, long embedDim) {
    boolean fits =
        query.rank() == 3
            && key.rank() == 3
            && value.rank() == 3
            && query.dim(2) == embedDim
            && query.dim(1) == key.dim(1)
            && key.dim(0) == value.dim(0)
            && key.dim(1) == value.dim(1);
    if (!fits) {
      throw new ShapeException(
          Messages.of(layer + ": query, key and value do not belong together")
              .line("query", query.shape() + "  [L, N, " + embedDim + "]")
              .line("key  ", key.shape() + "  [S, N, kdim]")
              .line("value", value.shape() + "  [S, N, vdim]")
              .hint("they are shown with time as the first axis")
              .text());
    }
  }

  /**
   * Scores [N, heads, L, S'] with minus infinity where something is masked; keys that the layer
   * added at the end are not masked.
   *
   * @param keys how many keys were given: S
   */
  static Tensor masked(
      String layer,
      Tensor scores,
      long keys,
      @Nullable Tensor attnMask,
      @Nullable Tensor keyPaddingMask) {
    Tensor masked = scores;
    if (attnMask != null) {
      Tensor wide = attnMask.rank() == 3 ? byHead(layer, attnMask, scores, keys) : attnMask;
      Shape seen = Shape.of(scores.dim(2), keys);
      require(layer, "attnMask", attnMask, wide.rank() == 4 || wide.shape().equals(seen), seen);
      masked = masked.add(added(wide, scores, keys));
    }
    if (keyPaddingMask != null) {
      Tensor rows = keyPaddingMask.rank() == 1 ? keyPaddingMask.expandDims(0) : keyPaddingMask;
      Shape padding = Shape.of(scores.dim(0), keys);
      require(layer, "keyPaddingMask", keyPaddingMask, rows.shape().equals(padding), padding);
      masked = masked.add(added(rows.reshape(rows.dim(0), 1, 1, keys), scores, keys));
    }
    return masked;
  }

  private static Tensor byHead(String layer, Tensor mask, Tensor scores, long keys) {
    Shape all = Shape.of(scores.dim(0) * scores.dim(1), scores.dim(2), keys);
    require(layer, "attnMask", mask, mask.shape().equals(all), all);
    return mask.reshape(scores.dim(0), scores.dim(1), scores.dim(2), keys);
  }

  private static void require(String layer, String name, Tensor mask, boolean fits, Shape wanted) {
    if (!fits) {
      throw new ShapeException(
          Messages.of(layer + ": " + name + " does not fit")
              .line("mask  ", mask.shape())
              .line("wanted", wanted)
              .text());
    }
  }

  /** The mask as numbers to add, zeros for keys beyond those given. */
  private static Tensor added(Tensor mask, Tensor scores, long keys) {
    DType type = scores.dtype();
    Tensor numbers = mask;
    if (!mask.dtype().isFloat()) {
      Tensor hidden = Ops.scalar(Double.NEGATIVE_INFINITY, type);
      numbers = Ops.where(mask.cast(DType.BOOL), hidden, Ops.scalar(0, type));
    }
    long[] high = new long[numbers.rank()];
    high[high.length - 1] = scores.dim(3) - keys;
    boolean whole = high[high.length - 1] == 0;
    return (whole ? numbers : numbers.pad(new long[high.length], high, 0)).cast(type);
  }
}
