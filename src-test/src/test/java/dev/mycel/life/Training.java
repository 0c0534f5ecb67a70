package dev.mycel.life;

import dev.mycel.core.DType;
import dev.mycel.core.Mycel;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;
import dev.mycel.nn.PadMode;
import dev.mycel.nn.Reduction;
import dev.mycel.nn.SequentialCell;
import dev.mycel.nn.WithLossCell;
import dev.mycel.nn.layer.BatchNorm2d;
import dev.mycel.nn.layer.Conv2d;
import dev.mycel.nn.layer.Dense;
import dev.mycel.nn.layer.Flatten;
import dev.mycel.nn.layer.MaxPool2d;
import dev.mycel.nn.layer.ReLU;
import dev.mycel.nn.loss.SoftmaxCrossEntropyWithLogits;
import dev.mycel.optim.Momentum;
import dev.mycel.optim.TrainOneStepCell;
import java.util.SplittableRandom;

/** A small network in training, with data of its own; equal seeds give equal runs. */
final class Training {
  final Cell<Tensor, Tensor> net;
  final TrainOneStepCell<dev.mycel.core.Pair<Tensor, Tensor>> step;
  final Tensor images;
  final Tensor labels;

  private Training(Cell<Tensor, Tensor> net, long seed, long... shape) {
    this.net = net;
    var loss = new SoftmaxCrossEntropyWithLogits(true, Reduction.MEAN);
    this.step =
        new TrainOneStepCell<>(
            new WithLossCell<>(net, loss), new Momentum(net.trainableParams(), 0.05, 0.9));
    net.setTrain(true);
    SplittableRandom random = new SplittableRandom(seed);
    int size = 1;
    for (long d : shape) {
      size *= (int) d;
    }
    float[] pixels = new float[size];
    for (int i = 0; i < size; i++) {
      pixels[i] = (float) (2 * random.nextDouble() - 1);
    }
    int[] classes = new int[(int) shape[0]];
    for (int i = 0; i < classes.length; i++) {
      classes[i] = random.nextInt(4);
    }
    this.images = Tensor.of(pixels, shape);
    this.labels = Tensor.of(classes, shape[0]);
  }

  /** Convolution, normalisation, pooling and a dense layer on 8 images of 8 by 8. */
  static Training convolutional(long seed) {
    synchronized (Training.class) {
      Mycel.setSeed(seed);
      return new Training(
          new SequentialCell(
              Conv2d.builder(1, 8, 3).padMode(PadMode.SAME).build(),
              new BatchNorm2d(8),
              new ReLU(),
              new MaxPool2d(2, 2),
              new Flatten(),
              new Dense(8 * 4 * 4, 4)),
          seed,
          8,
          1,
          8,
          8);
    }
  }

  /** Two dense layers on 4 rows of 6. */
  static Training dense(long seed) {
    synchronized (Training.class) {
      Mycel.setSeed(seed);
      return new Training(
          new SequentialCell(new Dense(6, 8), new ReLU(), new Dense(8, 4)), seed, 4, 6);
    }
  }

  /** One step; the loss before it. */
  Tensor step() {
    return step.call(new dev.mycel.core.Pair<>(images, labels));
  }

  /** All parameters as one list of numbers. */
  float[][] weights() {
    return net.getParameters()
        .map(p -> p.value().cast(DType.FLOAT32).toFloatArray())
        .toArray(float[][]::new);
  }
}
