package dev.mycel.onednn;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mycel.core.Mycel;
import dev.mycel.core.Ops;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Parameter;
import dev.mycel.optim.Momentum;
import dev.mycel.optim.Optimizer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class UpdateKernelsTest {
  private int before;

  @BeforeEach
  void twoThreads() {
    Mycel.setBackend("onednn");
    before = Mycel.threads();
    Mycel.setThreads(2);
  }

  @AfterEach
  void asBefore() {
    Mycel.setThreads(before);
  }

  /** The number of parallel regions of a step over some weights of one size. */
  private static long regions(int weights, int size) {
    List<Parameter> list = new ArrayList<>();
    List<Tensor> gradients = new ArrayList<>();
    for (int i = 0; i < weights; i++) {
      list.add(new Parameter(Ops.zeros(size), "w" + i));
      gradients.add(Ops.ones(size));
    }
    Optimizer optimizer = new Momentum(list, 0.1, 0.9);
    optimizer.call(gradients);
    long from = Team.regions();
    optimizer.call(gradients);
    return Team.regions() - from;
  }

  @Test
  void manySmallWeightsShareARegion() {
    assertEquals(1, regions(60, 10_000));
  }

  @Test
  void largeWeightsShareOneUntilThereAreAMillionElements() {
    assertEquals(1, regions(4, 200_000));
    assertEquals(2, regions(12, 100_000)); // eleven of them make a million
    assertEquals(3, regions(3, 2_000_000));
  }

  @Test
  void aFewElementsAreTheCallersAlone() {
    assertEquals(0, regions(10, 500));
  }
}
