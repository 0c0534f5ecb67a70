package dev.mycel.train.metrics;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.DTypeException;
import dev.mycel.core.Messages;
import dev.mycel.core.Scope;
import dev.mycel.core.ShapeException;
import dev.mycel.core.Tensor;
import java.util.Arrays;

/** Checks and readings that metrics share. */
final class Inputs {
  private Inputs() {}

  static void requireCount(Metric<?> metric, Tensor[] inputs, int count) {
    if (inputs.length != count) {
      throw new ArgumentException(
          Messages.of(
                  metric.name() + ": update takes " + count + (count == 1 ? " input" : " inputs"))
              .line("given", inputs.length)
              .hint("setIndexes chooses among more")
              .text());
    }
  }

  static void requireSameShape(Metric<?> metric, Tensor predictions, Tensor labels) {
    if (!predictions.shape().equals(labels.shape())) {
      throw misfit(metric, predictions, labels, "predictions and labels must have the same shape");
    }
  }

  static ShapeException misfit(Metric<?> metric, Tensor predictions, Tensor labels, String rule) {
    return new ShapeException(
        Messages.of(metric.name() + ": the labels do not fit the predictions")
            .line("predictions", predictions.type())
            .line("labels     ", labels.type())
            .hint(rule)
            .text());
  }

  /**
   * Class numbers [N, ...] from class numbers [N, ...] or one-hot rows [N, C, ...], flat.
   *
   * @param scores [N, C, ...], which the labels belong to
   */
  static long[] classes(Metric<?> metric, Tensor scores, Tensor labels) {
    requireScores(metric, scores, labels);
    try (Scope scope = Scope.open()) {
      if (labels.rank() == scores.rank()) {
        requireSameShape(metric, scores, labels);
        return labels.argmax(1).toLongArray();
      }
      boolean fits = labels.rank() == scores.rank() - 1;
      for (int axis = 0; fits && axis < labels.rank(); axis++) {
        fits = labels.dim(axis) == scores.dim(axis == 0 ? 0 : axis + 1);
      }
      if (!fits) {
        throw misfit(
            metric,
            scores,
            labels,
            "for scores [N, C, ...] labels are class numbers [N, ...] or one-hot [N, C, ...]");
      }
      if (labels.dtype().isFloat()) {
        throw new DTypeException(
            Messages.of(metric.name() + ": class numbers must be integers")
                .line("labels", labels.type())
                .text());
      }
      return checked(metric, labels.toLongArray(), scores.dim(1));
    }
  }

  /** The class of the highest score of each place [N, ...], flat. */
  static long[] best(Metric<?> metric, Tensor scores, Tensor labels) {
    requireScores(metric, scores, labels);
    try (Scope scope = Scope.open()) {
      return scores.argmax(1).toLongArray();
    }
  }

  private static void requireScores(Metric<?> metric, Tensor scores, Tensor labels) {
    if (scores.rank() < 2) {
      throw misfit(metric, scores, labels, "predictions are scores [N, C, ...]");
    }
  }

  static long[] checked(Metric<?> metric, long[] labels, long classes) {
    for (long label : labels) {
      if (label < 0 || label >= classes) {
        throw new ArgumentException(
            Messages.of(metric.name() + ": a label is out of range")
                .line("label  ", label)
                .line("classes", classes)
                .text());
      }
    }
    return labels;
  }

  /**
   * 0s and 1s [N, C, ...] as rows [N * ..., C] of booleans: classes go last.
   *
   * @param what names the tensor in messages
   */
  static boolean[][] rows(Metric<?> metric, Tensor values, String what) {
    if (values.rank() < 2) {
      throw new ShapeException(
          Messages.of(metric.name() + ": multilabel data is [N, C, ...]")
              .line(what, values.type())
              .text());
    }
    try (Scope scope = Scope.open()) {
      int classes = (int) values.dim(1);
      double[] flat = classesLast(values).toDoubleArray();
      boolean[][] rows = new boolean[classes == 0 ? 0 : flat.length / classes][classes];
      for (int i = 0; i < flat.length; i++) {
        if (flat[i] != 0 && flat[i] != 1) {
          throw new ArgumentException(
              Messages.of(metric.name() + ": multilabel data is 0 or 1")
                  .line(what, flat[i])
                  .hint("compare scores with a threshold first, as in scores.gt(0)")
                  .text());
        }
        rows[i / classes][i % classes] = flat[i] == 1;
      }
      return rows;
    }
  }

  private static Tensor classesLast(Tensor values) {
    int[] axes = new int[values.rank()];
    Arrays.setAll(axes, axis -> axis);
    axes[1] = axes.length - 1;
    axes[axes.length - 1] = 1;
    return values.transpose(axes);
  }
}
