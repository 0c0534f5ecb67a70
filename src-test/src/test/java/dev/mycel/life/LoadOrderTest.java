package dev.mycel.life;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mycel.core.Mycel;
import dev.mycel.core.Ops;
import dev.mycel.core.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** ND4J and oneDNN bring presets of two generations; either may be loaded first. */
class LoadOrderTest {
  /**
   * What the child process runs: a product and a convolution on each backend, in that order, and at
   * last on the first one again.
   */
  static final class Child {
    public static void main(String[] order) {
      for (String backend : order) {
        run(backend);
      }
      run(order[0]);
    }

    private static void run(String backend) {
      Mycel.setBackend(backend);
      Tensor product = Ops.ones(64, 70).matmul(Ops.ones(70, 32));
      Tensor image = Ops.ones(2, 3, 16, 16);
      Tensor conv = new dev.mycel.nn.layer.Conv2d(3, 8, 3).call(image);
      System.out.println(
          Mycel.backend() + " " + product.sum().item() + " " + conv.shape() + " " + finite(conv));
    }

    private static boolean finite(Tensor x) {
      return x.isFinite().all().item() != 0;
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"nd4j,onednn", "onednn,nd4j"})
  void bothWorkInOneProcess(String order) throws Exception {
    String[] names = order.split(",");
    String out = FallbackTest.run(Child.class, FallbackTest.without("none"), names);
    for (String name : names) {
      String line = name + " " + 143360.0 + " (2, 8, 16, 16) true";
      long times = name.equals(names[0]) ? 2 : 1;
      assertEquals(times, out.lines().filter(line::equals).count(), out);
    }
  }
}
