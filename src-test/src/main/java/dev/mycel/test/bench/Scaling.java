package dev.mycel.test.bench;

import static dev.mycel.core.Random.randn;

import dev.mycel.autograd.Autograd;
import dev.mycel.core.DType;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;
import dev.mycel.nn.SequentialCell;
import dev.mycel.nn.layer.Dense;
import dev.mycel.nn.layer.ReLU;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * How the time grows with the size of the work: one line of JSON for each point of each series. The
 * first word of a series names the quantity that varies.
 */
final class Scaling {
  private static final int SAMPLES = 15;

  /** A series has dozens of points, so that each gets a shorter warm-up than a workload. */
  private static final double WARM_UP_SECONDS = 1;

  private static final double LONGEST_WARM_UP_SECONDS = 4;

  /** Additions in one call of the dispatch series. */
  private static final int CALLS = 1000;

  /**
   * A point.
   *
   * @param series the curve it belongs to
   * @param x where it stands
   * @param calls how many operations a step has, whose time is that of one
   * @param step makes what is measured
   */
  record Point(String series, long x, int calls, Supplier<Runnable> step) {}

  private Scaling() {}

  static void run(Consumer<String> out) {
    List<Point> points = points();
    // The first point would else count what the JIT compiler does for all of them.
    measure(points.get(0));
    for (Point p : points) {
      out.accept(measure(p));
    }
  }

  static String measure(Point p) {
    Timer.Result r =
        Timer.measure(p.step().get(), SAMPLES, WARM_UP_SECONDS, LONGEST_WARM_UP_SECONDS);
    return String.format(
        Locale.ROOT,
        "{\"series\": \"%s\", \"x\": %d, \"median_us\": %.4f}",
        p.series(),
        p.x(),
        r.medianUs() / p.calls());
  }

  static List<Point> points() {
    List<Point> points = new ArrayList<>();
    for (int b = 1; b <= 512; b *= 2) {
      int batch = b;
      points.add(new Point("batch mlp", b, 1, () -> training(Workloads.mlp(), batch, 784)));
    }
    for (int b = 1; b <= 512; b *= 2) {
      int batch = b;
      points.add(
          new Point("batch lenet5", b, 1, () -> training(Workloads.lenet5(), batch, 1, 28, 28)));
    }
    for (int w = 64; w <= 2048; w *= 2) {
      int width = w;
      points.add(new Point("width dense", w, 1, () -> training(wide(width), 64, width)));
    }
    for (int d = 1; d <= 128; d *= 2) {
      int depth = d;
      points.add(new Point("depth dense", d, 1, () -> training(deep(depth), 64, 64)));
    }
    for (int n = 100; n <= 1_000_000; n *= 10) {
      int length = n;
      points.add(new Point("tape additions", n, 1, () -> tape(length)));
    }
    for (int t = 0; t <= 2; t++) {
      int tapes = t;
      points.add(new Point("dispatch add4", t, CALLS, () -> dispatch(tapes)));
    }
    return points;
  }

  private static Runnable training(Cell<Tensor, Tensor> net, long... shape) {
    return Workloads.training(net, DType.FLOAT32, shape);
  }

  private static SequentialCell wide(int width) {
    return new SequentialCell(new Dense(width, width), new Dense(width, width));
  }

  private static SequentialCell deep(int depth) {
    SequentialCell net = new SequentialCell();
    for (int i = 0; i < depth; i++) {
      net.append(new Dense(64, 64));
      net.append(new ReLU());
    }
    return net;
  }

  /** Each addition takes the result of the one before, so that the walk back meets them all. */
  private static Runnable tape(int length) {
    Tensor b = randn(4);
    Function<Tensor, Tensor> gradient =
        Autograd.grad(
            (Tensor x) -> {
              Tensor y = x;
              for (int i = 0; i < length; i++) {
                y = y.add(b);
              }
              return y;
            });
    Tensor a = randn(4);
    return () -> Workloads.result = gradient.apply(a);
  }

  /**
   * Each addition starts anew, so that the walk back meets one only, and what counts is how an
   * addition reaches its kernel under so many tapes.
   */
  private static Runnable dispatch(int tapes) {
    Tensor b = randn(4);
    Function<Tensor, Tensor> f =
        x -> {
          Tensor y = x;
          for (int i = 0; i < CALLS; i++) {
            y = x.add(b);
          }
          return y;
        };
    for (int t = 0; t < tapes; t++) {
      var inner = Autograd.valueAndGrad(f);
      f = x -> inner.apply(x).value();
    }
    Function<Tensor, Tensor> all = f;
    Tensor a = randn(4);
    return () -> Workloads.result = all.apply(a);
  }
}
