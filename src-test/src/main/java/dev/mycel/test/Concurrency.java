package dev.mycel.test;

import static dev.mycel.core.None.NONE;

import dev.mycel.core.Attrs;
import dev.mycel.core.DType;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Prims;
import dev.mycel.core.Scope;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Several threads at once. */
final class Concurrency {
  private static final int THREADS = 4;
  private static final int TASKS = 8;
  private static final int ROUNDS = 40;

  private Concurrency() {}

  /** Each task computes every row, and gets bit for bit what one thread alone gets. */
  static void eachItsOwn(long seed) throws Exception {
    List<OpSample<?>> rows =
        OpSamples.all().stream().filter(r -> r.dtypes().contains(DType.FLOAT32)).toList();
    List<HostValues[]> alone = allOf(rows, seed);
    for (List<HostValues[]> together : together(() -> allOf(rows, seed))) {
      for (int i = 0; i < rows.size(); i++) {
        same(rows.get(i).name() + " beside others", together.get(i), alone.get(i));
      }
    }
  }

  private static List<HostValues[]> allOf(List<OpSample<?>> rows, long seed) {
    List<HostValues[]> results = new ArrayList<>();
    for (OpSample<?> row : rows) {
      double[][] numbers = row.draw(seed, DType.FLOAT32);
      results.add(
          RowCases.run(
              row, DType.FLOAT32, numbers, RowCases.shapes(row), Arrangement.CONTIGUOUS));
    }
    return results;
  }

  /** All tasks read the same tensors, views of them among them, and free what they made. */
  static void readingTheSame(long seed) throws Exception {
    try (Scope scope = Scope.open()) {
      Tensor x = normal(seed, 96, 70);
      Tensor y = normal(seed + 1, 70, 96);
      Tensor turned = Interpreters.bind(Prims.TRANSPOSE, new Attrs.Permutation(1, 0), y);
      HostValues[] alone = results(x, y, turned);
      Callable<HostValues[]> task =
          () -> {
            HostValues[] last = alone;
            for (int i = 0; i < ROUNDS; i++) {
              last = results(x, y, turned);
              same("round " + i + " of a thread beside others", last, alone);
            }
            return last;
          };
      together(task);
    }
  }

  private static Tensor normal(long seed, long... shape) {
    double[] v = Draw.normal(shape).numbers(new SplittableRandom(seed), DType.FLOAT32);
    return HostValues.of(DType.FLOAT32, Shape.of(shape), v).toTensor();
  }

  private static HostValues[] results(Tensor x, Tensor y, Tensor turned) {
    return LeakCheck.values(
        () -> {
          Tensor sum = Interpreters.bind(Prims.ADD, NONE, x, turned);
          Tensor product = Interpreters.bind(Prims.MATMUL, NONE, x, y);
          Tensor rows = Interpreters.bind(Prims.REDUCE_SUM, new Attrs.Axes(1), product);
          return new Tensor[] {sum, product, rows, Interpreters.bind(Prims.TANH, NONE, sum)};
        });
  }

  /** What one thread makes, another one reads and frees. */
  static void handingOver(long seed) throws Exception {
    HostValues right = LeakCheck.values(() -> new Tensor[] {normal(seed, 50, 41)})[0];
    Queue<Tensor> made = new ConcurrentLinkedQueue<>();
    Callable<Integer> task =
        () -> {
          int read = 0;
          for (int i = 0; i < ROUNDS; i++) {
            made.add(normal(seed, 50, 41));
            Tensor other = made.poll();
            if (other != null) {
              same("a tensor of another thread", HostValues.of(other), right);
              other.close();
              read++;
            }
          }
          return read;
        };
    int read = together(task).stream().mapToInt(Integer::intValue).sum();
    if (read + made.size() != TASKS * ROUNDS) {
      throw new AssertionError(read + " tensors were read, " + made.size() + " are left");
    }
    made.forEach(Tensor::close);
  }

  private static void same(String what, HostValues[] found, HostValues[] right) {
    for (int k = 0; k < right.length; k++) {
      same(what, found[k], right[k]);
    }
  }

  private static void same(String what, HostValues found, HostValues right) {
    String difference = Tolerance.difference(found, right, 0);
    if (difference != null) {
      throw new AssertionError(what + ": " + difference);
    }
  }

  private static <T> List<T> together(Callable<T> task) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try {
      List<Future<T>> running = new ArrayList<>();
      for (int i = 0; i < TASKS; i++) {
        running.add(threads.submit(task));
      }
      List<T> results = new ArrayList<>();
      for (Future<T> one : running) {
        results.add(one.get());
      }
      return results;
    } finally {
      threads.shutdownNow();
    }
  }
}
