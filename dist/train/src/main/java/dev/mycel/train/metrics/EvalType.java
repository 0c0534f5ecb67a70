package dev.mycel.train.metrics;

/** What predictions and labels mean. */
public enum EvalType {
  /** Scores [N, C, ...]; labels are class numbers [N, ...] or one-hot rows [N, C, ...]. */
  CLASSIFICATION,
  /** Both 0 or 1, [N, C, ...]: any number of classes may hold. */
  MULTILABEL
}
