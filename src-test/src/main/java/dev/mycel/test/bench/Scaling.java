package dev.mycel.test.bench;

import static dev.mycel.core.Random.randn;

import dev.mycel.autograd.Autograd;
import dev.mycel.core.DType;
import dev.mycel.core.Mycel;
import dev.mycel.core.Random;
import dev.mycel.core.Scope;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import dev.mycel.core.Variable;
import dev.mycel.nn.Cell;
import dev.mycel.nn.Reduction;
import dev.mycel.nn.SequentialCell;
import dev.mycel.nn.WithLossCell;
import dev.mycel.nn.layer.Dense;
import dev.mycel.nn.layer.ReLU;
import dev.mycel.nn.loss.SoftmaxCrossEntropyWithLogits;
import dev.mycel.optim.Momentum;
import dev.mycel.optim.TrainOneStepCell;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How the time of a step grows: with the batch, the width and the depth of a net, the length of a
 * tape, and the number of tapes. One line of JSON for each point.
 */
final class Scaling {
  private static final int SAMPLES = 15;

  /** What the last call gave, so that no compiler can think it unused. */
  private static @Nullable Object result;

  private Scaling() {}

  static void run() {
    Mycel.setSeed(1);
    for (long batch = 1; batch <= 512; batch *= 2) {
      point("batch: mlp", batch, training(Workloads.mlp(), batch, 784));
      point("batch: lenet5", batch, training(Workloads.lenet5(), batch, 1, 28, 28));
    }
    for (long width = 64; width <= 2048; width *= 2) {
      Cell<Tensor, Tensor> net =
          new SequentialCell(new Dense(width, width), new ReLU(), new Dense(width, 10));
      point("width: two layers", width, training(net, 64, width));
    }
    for (int depth = 1; depth <= 128; depth *= 2) {
      point("depth: layers of 64", depth, training(deep(depth), 64, 64));
    }
    for (int nodes = 100; nodes <= 1_000_000; nodes *= 10) {
      point("tape: additions", nodes, tape(nodes));
    }
    Tensor four = randn(4);
    Function<Tensor, Tensor> f = x -> many(x, four);
    point("tapes: 1000 additions", 0, () -> result = scoped(() -> f.apply(four)));
    point("tapes: 1000 additions", 1, () -> result = Autograd.grad(f).apply(four));
    point(
        "tapes: 1000 additions",
        2,
        () -> result = Autograd.grad(Autograd.grad((Tensor x) -> f.apply(x).mul(x))).apply(four));
  }

  private static Tensor scoped(java.util.function.Supplier<Tensor> work) {
    try (Scope scope = Scope.open()) {
      return scope.give(work.get());
    }
  }

  private static Tensor many(Tensor x, Tensor other) {
    Tensor sum = x;
    for (int i = 0; i < 1000; i++) {
      sum = sum.add(other);
    }
    return sum;
  }

  private static SequentialCell deep(int depth) {
    List<Cell<Tensor, Tensor>> cells = new ArrayList<>();
    for (int i = 0; i < depth; i++) {
      cells.add(new Dense(64, 64));
      cells.add(new ReLU());
    }
    cells.add(new Dense(64, 10));
    return new SequentialCell(cells);
  }

  private static Runnable training(Cell<Tensor, Tensor> net, long batch, long... shape) {
    var loss = new SoftmaxCrossEntropyWithLogits(true, Reduction.MEAN);
    var optimizer = new Momentum(net.trainableParams(), 0.01, 0.9);
    var step = new TrainOneStepCell<>(new WithLossCell<>(net, loss), optimizer);
    net.setTrain(true);
    long[] whole = new long[shape.length + 1];
    whole[0] = batch;
    System.arraycopy(shape, 0, whole, 1, shape.length);
    Tensor x = randn(whole);
    Tensor y = Random.randint(0, 10, Shape.of(batch)).cast(DType.INT32);
    return () -> result = step.call(x, y);
  }

  private static Runnable tape(int nodes) {
    Variable start = new Variable(randn(4));
    Tensor other = randn(4);
    var gradient =
        Autograd.valueAndGrad(
            () -> {
              Tensor sum = start.value();
              for (int i = 0; i < nodes; i++) {
                sum = sum.add(other);
              }
              return sum;
            },
            List.of(start));
    return () -> result = gradient.get();
  }

  private static void point(String series, long x, Runnable step) {
    Timer.Result r = Timer.measure(step, SAMPLES);
    System.out.printf(
        Locale.ROOT,
        "{\"series\": \"%s\", \"x\": %d, \"median_us\": %.3f}%n",
        series,
        x,
        r.medianUs());
  }
}
