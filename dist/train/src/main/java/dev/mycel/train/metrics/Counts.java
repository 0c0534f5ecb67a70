package dev.mycel.train.metrics;

import dev.mycel.core.Messages;
import dev.mycel.core.ShapeException;
import dev.mycel.core.Tensor;
import java.util.Arrays;

/**
 * True positives, predicted positives and actual positives: for each class of a classification, for
 * each sample of multilabel data.
 */
final class Counts {
  private final Metric<?> metric;
  private final EvalType evalType;
  private long[] hits = {};
  private long[] predicted = {};
  private long[] actual = {};
  private int size;

  Counts(Metric<?> metric, EvalType evalType) {
    this.metric = metric;
    this.evalType = evalType;
  }

  void clear() {
    hits = new long[0];
    predicted = new long[0];
    actual = new long[0];
    size = 0;
  }

  void add(Tensor[] inputs) {
    Inputs.requireCount(metric, inputs, 2);
    if (evalType == EvalType.CLASSIFICATION) {
      addClasses(inputs[0], inputs[1]);
    } else {
      addSamples(inputs[0], inputs[1]);
    }
  }

  private void addClasses(Tensor scores, Tensor labels) {
    long[] right = Inputs.classes(metric, scores, labels);
    long[] found = Inputs.best(metric, scores, labels);
    int classes = (int) scores.dim(1);
    if (size == 0) {
      grow(classes);
    } else if (size != classes) {
      throw new ShapeException(
          Messages.of(metric.name() + ": the number of classes changed")
              .line("before", size)
              .line("now   ", classes)
              .hint("clear() starts anew")
              .text());
    }
    for (int i = 0; i < right.length; i++) {
      predicted[(int) found[i]]++;
      actual[(int) right[i]]++;
      hits[(int) right[i]] += found[i] == right[i] ? 1 : 0;
    }
  }

  private void addSamples(Tensor predictions, Tensor labels) {
    Inputs.requireSameShape(metric, predictions, labels);
    boolean[][] found = Inputs.rows(metric, predictions, "predictions");
    boolean[][] right = Inputs.rows(metric, labels, "labels");
    int at = size;
    grow(size + found.length);
    for (int i = 0; i < found.length; i++) {
      for (int c = 0; c < found[i].length; c++) {
        predicted[at + i] += found[i][c] ? 1 : 0;
        actual[at + i] += right[i][c] ? 1 : 0;
        hits[at + i] += found[i][c] && right[i][c] ? 1 : 0;
      }
    }
  }

  private void grow(int to) {
    hits = Arrays.copyOf(hits, to);
    predicted = Arrays.copyOf(predicted, to);
    actual = Arrays.copyOf(actual, to);
    size = to;
  }

  /** Hits by predicted positives; 0 where there are none. */
  double[] precision() {
    return shares(predicted);
  }

  /** Hits by actual positives; 0 where there are none. */
  double[] recall() {
    return shares(actual);
  }

  private double[] shares(long[] of) {
    double[] shares = new double[size];
    for (int i = 0; i < size; i++) {
      shares[i] = of[i] == 0 ? 0 : (double) hits[i] / of[i];
    }
    return shares;
  }

  static double mean(double[] values) {
    return Arrays.stream(values).average().orElse(Double.NaN);
  }
}
