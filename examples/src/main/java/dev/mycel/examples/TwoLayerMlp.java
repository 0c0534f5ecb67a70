package dev.mycel.examples;

import static dev.mycel.core.Random.randn;

import dev.mycel.core.Mycel;
import dev.mycel.core.Tensor;
import dev.mycel.nn.SequentialCell;
import dev.mycel.nn.WithLossCell;
import dev.mycel.nn.layer.Dense;
import dev.mycel.nn.layer.Tanh;
import dev.mycel.nn.loss.MSELoss;
import dev.mycel.optim.Momentum;
import dev.mycel.optim.TrainOneStepCell;
import java.util.Locale;

/** A network of two layers learns a smooth function of two numbers. */
public final class TwoLayerMlp {
  private TwoLayerMlp() {}

  /** Trains for 500 steps and prints the loss. */
  public static void main(String[] args) {
    Mycel.setSeed(7);
    Tensor x = randn(256, 2);
    Tensor y = x.square().sum(true, -1).neg().exp(); // a hill around the origin, [256, 1]

    var net = new SequentialCell(new Dense(2, 32), new Tanh(), new Dense(32, 1));
    var optimizer = new Momentum(net.trainableParams(), 0.1, 0.9);
    var step = new TrainOneStepCell<>(new WithLossCell<>(net, new MSELoss()), optimizer);

    net.setTrain(true);
    for (int i = 0; i <= 500; i++) {
      double loss = step.call(x, y).item();
      if (i % 100 == 0) {
        System.out.printf(Locale.ROOT, "step %3d  loss %.6f%n", i, loss);
      }
    }
    net.setTrain(false);
    System.out.println("at the origin: " + net.call(Tensor.of(new float[] {0, 0}, 1, 2)));
  }
}
