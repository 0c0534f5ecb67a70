package dev.mycel.core;

/** Class numbers: unlike indices they do not count from the end. */
final class Labels {
  private Labels() {}

  /**
   * The score of each label's class.
   *
   * @param scores {@code [N, C, ...]}, classes on that axis
   * @param labels int32 or int64, the scores' shape without the axis
   */
  static Tensor pick(String op, Tensor scores, int axis, Tensor labels) {
    long classes = scores.shape().dim(axis);
    // A class that there is not, so that an index refuses what it would count from the end.
    Tensor none = Ops.scalar(classes, labels.dtype());
    Tensor refusable = Ops.where(labels.lt(0), none, labels);
    try {
      return Ops.gatherElements(scores, axis, refusable.expandDims(axis)).squeeze(axis);
    } catch (ArgumentException e) {
      requireClasses(op, labels, classes);
      throw e;
    }
  }

  /** Called when an index was refused: so the time to look at each does not matter. */
  private static void requireClasses(String op, Tensor labels, long classes) {
    Tensor plain = Interpreters.readable(labels).cast(DType.INT64);
    for (long label : plain.reshape(-1).toLongArray()) {
      if (label < 0 || label >= classes) {
        throw new ArgumentException(
            Messages.of(op + ": a label is out of range")
                .line("label  ", label)
                .line("classes", classes)
                .hint("labels go from 0 to " + (classes - 1))
                .text());
      }
    }
  }
}
