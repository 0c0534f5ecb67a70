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
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntUnaryOperator;

/** Several threads at once. */
final class Concurrency {
  private static final int THREADS = 4;
  private static final int TASKS = 8;
  private static final int ROUNDS = 40;

  private Concurrency() {}

  /**
   * Each task computes every row, beginning somewhere else, and gets bit for bit what one thread
   * alone gets.
   */
  static void eachItsOwn(long seed) throws Exception {
    List<OpSample<?>> rows =
        OpSamples.all().stream().filter(r -> r.dtypes().contains(DType.FLOAT32)).toList();
    List<HostValues[]> alone = new ArrayList<>();
    for (OpSample<?> row : rows) {
      alone.add(results(row, seed));
    }
    together(
        task -> {
          int first = task * rows.size() / TASKS;
          for (int k = 0; k < rows.size(); k++) {
            int i = (first + k) % rows.size();
            same(rows.get(i).name() + " beside others", results(rows.get(i), seed), alone.get(i));
          }
          return rows.size();
        });
  }

  private static HostValues[] results(OpSample<?> row, long seed) {
    double[][] numbers = row.draw(seed, DType.FLOAT32);
    Shape[] shapes = RowCases.shapes(row);
    return RowCases.run(row, DType.FLOAT32, numbers, shapes, Arrangement.CONTIGUOUS);
  }

  /** All tasks read the same tensors, views of them among them, and each one of its own. */
  static void readingTheSame(long seed) throws Exception {
    try (Scope scope = Scope.open()) {
      Tensor x = normal(seed, 96, 70);
      Tensor y = normal(seed + 1, 70, 96);
      Tensor turned = Interpreters.bind(Prims.TRANSPOSE, new Attrs.Permutation(1, 0), y);
      List<HostValues[]> alone = new ArrayList<>();
      for (int task = 0; task < TASKS; task++) {
        alone.add(results(x, y, turned, task));
      }
      together(
          task -> {
            for (int i = 0; i < ROUNDS; i++) {
              same("a thread beside others", results(x, y, turned, task), alone.get(task));
            }
            return ROUNDS;
          });
    }
  }

  private static Tensor normal(long seed, long... shape) {
    double[] v = Draw.normal(shape).numbers(new SplittableRandom(seed), DType.FLOAT32);
    return HostValues.of(DType.FLOAT32, Shape.of(shape), v).toTensor();
  }

  private static HostValues[] results(Tensor x, Tensor y, Tensor turned, int task) {
    return LeakCheck.values(
        () -> {
          Tensor mine = Interpreters.bind(Prims.MUL, NONE, x, normal(task, 96, 70));
          Tensor sum = Interpreters.bind(Prims.ADD, NONE, mine, turned);
          Tensor product = Interpreters.bind(Prims.MATMUL, NONE, x, y);
          Tensor rows = Interpreters.bind(Prims.REDUCE_SUM, new Attrs.Axes(1), product);
          return new Tensor[] {sum, product, rows, Interpreters.bind(Prims.TANH, NONE, sum)};
        });
  }

  /** What one thread makes, another one reads and frees. */
  static void handingOver(long seed) throws Exception {
    HostValues right = LeakCheck.values(() -> new Tensor[] {normal(seed, 50, 41)})[0];
    Queue<Tensor> made = new ConcurrentLinkedQueue<>();
    int read =
        together(
            task -> {
              int mine = 0;
              for (int i = 0; i < ROUNDS; i++) {
                made.add(normal(seed, 50, 41));
                Tensor other = made.poll();
                if (other != null) {
                  same("a tensor of another thread", HostValues.of(other), right);
                  other.close();
                  mine++;
                }
              }
              return mine;
            });
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

  /** Runs the tasks on several threads; the sum of what they return. */
  private static int together(IntUnaryOperator task) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try {
      List<Future<Integer>> running = new ArrayList<>();
      for (int i = 0; i < TASKS; i++) {
        int number = i;
        running.add(threads.submit(() -> task.applyAsInt(number)));
      }
      int sum = 0;
      for (Future<Integer> one : running) {
        sum += one.get();
      }
      return sum;
    } finally {
      threads.shutdownNow();
    }
  }
}
