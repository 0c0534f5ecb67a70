package dev.mycel.train.metrics;

import dev.mycel.core.Tensor;
import java.util.function.DoubleUnaryOperator;

/** Sums a function of deviations over samples. */
final class ErrorSum {
  private double sum;
  private long samples;

  void clear() {
    sum = 0;
    samples = 0;
  }

  void add(Metric<?> metric, Tensor[] inputs, DoubleUnaryOperator of) {
    Inputs.requireCount(metric, inputs, 2);
    Tensor predictions = inputs[0];
    Tensor labels = inputs[1];
    boolean fits =
        predictions.size() == labels.size()
            && labels.rank() > 0
            && predictions.rank() > 0
            && predictions.dim(0) == labels.dim(0);
    if (!fits) {
      throw Inputs.misfit(
          metric, predictions, labels, "both hold [N, ...], the same number for each sample");
    }
    double[] found = predictions.toDoubleArray();
    double[] right = labels.toDoubleArray();
    for (int i = 0; i < found.length; i++) {
      sum += of.applyAsDouble(right[i] - found[i]);
    }
    samples += labels.dim(0);
  }

  double perSample() {
    return sum / samples;
  }
}
