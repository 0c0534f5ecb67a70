package dev.mycel.train;

import dev.mycel.core.Pair;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;
import dev.mycel.nn.Cell2;
import dev.mycel.nn.layer.Dense;
import dev.mycel.nn.loss.MSELoss;
import dev.mycel.optim.Momentum;
import dev.mycel.optim.Optimizer;
import dev.mycel.train.metrics.Metrics;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Small data and models, and a stream whose lines can be read. */
final class Lines {
  private Lines() {}

  /** Batches of four points of y = 2 a - b. */
  static List<Pair<Tensor, Tensor>> plane(int batches) {
    List<Pair<Tensor, Tensor>> list = new ArrayList<>();
    for (int i = 0; i < batches; i++) {
      float[] x = new float[8];
      float[] y = new float[4];
      for (int row = 0; row < 4; row++) {
        x[2 * row] = (float) Math.sin(1 + 4 * i + row);
        x[2 * row + 1] = (float) Math.cos(3 * (4 * i + row));
        y[row] = 2 * x[2 * row] - x[2 * row + 1];
      }
      list.add(new Pair<>(Tensor.of(x, 4, 2), Tensor.of(y, 4, 1)));
    }
    return list;
  }

  static Optimizer momentum(Cell<?, ?> net) {
    return new Momentum(net.trainableParams(), 0.1, 0.9);
  }

  static Model<Tensor, Tensor, Tensor> model(Dense net, String... metrics) {
    return new Model<>(net, new MSELoss(), momentum(net), Metrics.of(metrics));
  }

  /** A network whose output, the loss, is its input. */
  static final class Echo extends Cell<Tensor, Tensor> {
    @Override
    protected Tensor construct(Tensor x) {
      return x.mul(1);
    }
  }

  /** An evaluation whose outputs are its inputs. */
  static final class Echo2 extends Cell2<Tensor, Tensor, Pair<Tensor, Tensor>> {
    @Override
    protected Pair<Tensor, Tensor> construct(Tensor x, Tensor y) {
      return new Pair<>(x.mul(1), y.mul(1));
    }
  }

  /** Losses as data for {@link Echo}. */
  static List<Tensor> losses(float... values) {
    List<Tensor> list = new ArrayList<>();
    for (float value : values) {
      list.add(Tensor.of(value));
    }
    return list;
  }

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream stream = new PrintStream(bytes, true, StandardCharsets.UTF_8);

  static Lines open() {
    return new Lines();
  }

  PrintStream stream() {
    return stream;
  }

  String text() {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  List<String> printed() {
    return text().lines().toList();
  }
}
