package dev.mycel.train.metrics;

import dev.mycel.core.Messages;
import dev.mycel.core.Scope;
import dev.mycel.core.ShapeException;
import dev.mycel.core.Tensor;

/** The mean of the losses of all batches, whatever their sizes. Takes one input, the loss. */
public final class Loss extends Metric<Double> {
  private double sum;
  private long batches;

  /** A mean of nothing yet. */
  public Loss() {}

  @Override
  protected void reset() {
    sum = 0;
    batches = 0;
  }

  @Override
  protected void accumulate(Tensor[] inputs) {
    Inputs.requireCount(this, inputs, 1);
    Tensor loss = inputs[0];
    if (loss.rank() > 1 || loss.size() == 0) {
      throw new ShapeException(
          Messages.of("Loss: a loss is a scalar or a vector")
              .line("loss", loss.type())
              .hint("give the loss a reduction, or take its mean")
              .text());
    }
    try (Scope scope = Scope.open()) {
      sum += loss.mean().item();
    }
    batches++;
  }

  @Override
  protected Double result() {
    return sum / batches;
  }
}
