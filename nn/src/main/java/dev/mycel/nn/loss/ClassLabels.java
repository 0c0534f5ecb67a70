package dev.mycel.nn.loss;

import dev.mycel.core.DType;
import dev.mycel.core.DTypeException;
import dev.mycel.core.Messages;
import dev.mycel.core.Ops;
import dev.mycel.core.Shape;
import dev.mycel.core.ShapeException;
import dev.mycel.core.Tensor;
import org.jspecify.annotations.Nullable;

/** Losses of log-probabilities [N, C, ...] and class numbers [N, ...]. */
final class ClassLabels {
  private ClassLabels() {}

  /** Integer labels as int32 or int64; anything else is refused. */
  static Tensor integers(LossBase loss, Tensor labels) {
    if (!labels.dtype().isInteger()) {
      throw new DTypeException(
          Messages.of(loss.clsName() + ": class numbers must be integers")
              .line("labels", labels.type())
              .text());
    }
    return labels.dtype() == DType.INT64 ? labels : labels.cast(DType.INT32);
  }

  /**
   * Minus the weighted log-probability of each label, smoothed with all other classes'.
   *
   * @param logp log-probabilities, classes on axis 1 (0 if there is no other)
   * @param weight one weight per class, or null
   * @param smoothing the share of the mean over all classes
   */
  static Tensor loss(
      LossBase loss,
      Tensor logp,
      Tensor labels,
      @Nullable Tensor weight,
      long ignoreIndex,
      double smoothing) {
    int axis = logp.rank() == 1 ? 0 : 1;
    requireFit(loss, logp.shape(), labels.shape(), axis);
    Tensor y = integers(loss, labels);
    Tensor counts = y.ne(ignoreIndex);
    Tensor zero = Ops.scalar(0, logp.dtype());
    Tensor safe = Ops.where(counts, y, Ops.zerosLike(y));
    Tensor picked = Ops.pickClasses(logp, axis, safe);
    Tensor ones = Ops.broadcastTo(Ops.scalar(1, logp.dtype()), y.shape());
    Tensor w = weight == null ? ones : Ops.gather(weight.cast(logp.dtype()), safe, 0);
    Tensor share = Ops.where(counts, w, zero);
    Tensor each = Ops.where(counts, picked.mul(w).neg(), zero);
    if (smoothing > 0) {
      Tensor all = weight == null ? logp : logp.mul(perClass(weight, logp, axis));
      Tensor smooth = Ops.where(counts, all.sum(axis).neg(), zero);
      each = each.mul(1 - smoothing).add(smooth.mul(smoothing / logp.dim(axis)));
    }
    return switch (loss.reduction()) {
      case NONE -> each;
      case SUM -> each.sum();
      case MEAN -> each.sum().div(share.sum());
    };
  }

  /** Weights per class, to stand beside log-probabilities. */
  static Tensor perClass(Tensor weight, Tensor logp, int axis) {
    long[] dims = new long[logp.rank()];
    java.util.Arrays.fill(dims, 1);
    dims[axis] = logp.dim(axis);
    return weight.cast(logp.dtype()).reshape(dims);
  }

  /** Refuses weights that are not one per class. */
  static void requireWeights(LossBase loss, @Nullable Tensor weight, long classes) {
    if (weight != null && !weight.shape().equals(Shape.of(classes))) {
      throw new ShapeException(
          Messages.of(loss.clsName() + ": there must be one weight per class")
              .line("weights", weight.shape())
              .line("classes", classes)
              .text());
    }
  }

  private static void requireFit(LossBase loss, Shape scores, Shape labels, int axis) {
    if (!scores.without(axis).equals(labels)) {
      throw new ShapeException(
          Messages.of(loss.clsName() + ": there must be one class number per prediction")
              .line("predictions", scores + (axis == 0 ? "  [C]" : "  [N, C, ...]"))
              .line("labels     ", labels + (axis == 0 ? "  []" : "  [N, ...]"))
              .text());
    }
  }
}
