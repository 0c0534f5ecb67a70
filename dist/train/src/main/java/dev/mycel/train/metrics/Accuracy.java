package dev.mycel.train.metrics;

import dev.mycel.core.Tensor;
import java.util.Arrays;

/**
 * The share of predictions that are right. For {@link EvalType#MULTILABEL} a row is right if all
 * its classes are.
 */
public final class Accuracy extends Metric<Double> {
  private final EvalType evalType;
  private long correct;
  private long total;

  /** The accuracy of a classification. */
  public Accuracy() {
    this(EvalType.CLASSIFICATION);
  }

  /** An accuracy. */
  public Accuracy(EvalType evalType) {
    this.evalType = evalType;
  }

  @Override
  protected void reset() {
    correct = 0;
    total = 0;
  }

  @Override
  protected void accumulate(Tensor[] inputs) {
    Inputs.requireCount(this, inputs, 2);
    if (evalType == EvalType.CLASSIFICATION) {
      long[] labels = Inputs.classes(this, inputs[0], inputs[1]);
      long[] found = Inputs.best(this, inputs[0], inputs[1]);
      for (int i = 0; i < labels.length; i++) {
        correct += found[i] == labels[i] ? 1 : 0;
      }
      total += labels.length;
    } else {
      Inputs.requireSameShape(this, inputs[0], inputs[1]);
      boolean[][] found = Inputs.rows(this, inputs[0], "predictions");
      boolean[][] right = Inputs.rows(this, inputs[1], "labels");
      for (int i = 0; i < found.length; i++) {
        correct += Arrays.equals(found[i], right[i]) ? 1 : 0;
      }
      total += found.length;
    }
  }

  @Override
  protected Double result() {
    return (double) correct / total;
  }
}
