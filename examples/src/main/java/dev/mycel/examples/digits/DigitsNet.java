package dev.mycel.examples.digits;

import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;
import dev.mycel.nn.SequentialCell;
import dev.mycel.nn.layer.BatchNorm2d;
import dev.mycel.nn.layer.Conv2d;
import dev.mycel.nn.layer.Dense;
import dev.mycel.nn.layer.Dropout;
import dev.mycel.nn.layer.Flatten;
import dev.mycel.nn.layer.MaxPool2d;
import dev.mycel.nn.layer.ReLU;

/** A small LeNet with batch normalisation: images [n, 1, 8, 8] to scores [n, 10]. */
final class DigitsNet extends Cell<Tensor, Tensor> {
  private final SequentialCell features =
      new SequentialCell(
          new Conv2d(1, 16, 3),
          new BatchNorm2d(16),
          new ReLU(),
          new MaxPool2d(2, 2),
          new Conv2d(16, 32, 3),
          new BatchNorm2d(32),
          new ReLU(),
          new MaxPool2d(2, 2),
          new Flatten());
  private final Dense hidden = new Dense(32 * 2 * 2, 64);
  private final ReLU relu = new ReLU();
  private final Dropout dropout = Dropout.p(0.25);
  private final Dense scores = new Dense(64, 10);

  @Override
  protected Tensor construct(Tensor images) {
    Tensor h = relu.call(hidden.call(features.call(images)));
    return scores.call(dropout.call(h));
  }
}
