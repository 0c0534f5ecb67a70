package dev.mycel.life;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.mycel.core.DType;
import dev.mycel.core.Mycel;
import dev.mycel.core.Ops;
import dev.mycel.core.Random;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;
import dev.mycel.nn.Reduction;
import dev.mycel.nn.SequentialCell;
import dev.mycel.nn.WithLossCell;
import dev.mycel.nn.layer.BatchNorm2d;
import dev.mycel.nn.layer.Conv2d;
import dev.mycel.nn.layer.Dense;
import dev.mycel.nn.layer.Flatten;
import dev.mycel.nn.layer.GELU;
import dev.mycel.nn.layer.LayerNorm;
import dev.mycel.nn.layer.MaxPool2d;
import dev.mycel.nn.layer.ReLU;
import dev.mycel.nn.loss.SoftmaxCrossEntropyWithLogits;
import dev.mycel.optim.Adam;
import dev.mycel.optim.TrainOneStepCell;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Fused kernels train as their decompositions do, which a property switches on. */
class FusionTest {
  private static final int STEPS = 12;

  /** Attention and a feed-forward net, each added to its input, over [batch, time * 16]. */
  private static final class Mixer extends Cell<Tensor, Tensor> {
    private final LayerNorm norm = new LayerNorm(16);
    private final Dense qkv = new Dense(16, 48);
    private final Dense wide = new Dense(16, 64);
    private final GELU gelu = new GELU(false);
    private final Dense narrow = new Dense(64, 16);
    private final Dense head = new Dense(16, 5);

    @Override
    protected Tensor construct(Tensor input) {
      Tensor x = input.reshape(input.dim(0), -1, 16);
      List<Tensor> parts = qkv.call(norm.call(x)).split(16, -1);
      Tensor y =
          x.add(Ops.scaledDotProductAttention(parts.get(0), parts.get(1), parts.get(2), true));
      return head.call(y.add(narrow.call(gelu.call(wide.call(y)))).mean(1));
    }
  }

  private static Cell<Tensor, Tensor> images() {
    return new SequentialCell(
        new Conv2d(1, 6, 3),
        new BatchNorm2d(6),
        new ReLU(),
        new MaxPool2d(2, 2),
        new Flatten(),
        new Dense(6 * 8 * 8, 5));
  }

  private static double[] losses(Cell<Tensor, Tensor> net, long... shape) {
    Tensor x = Random.randn(shape);
    Tensor y = Random.randint(0, 5, Shape.of(shape[0])).cast(DType.INT32);
    var loss = new SoftmaxCrossEntropyWithLogits(true, Reduction.MEAN);
    var optimizer = Adam.builder(net.trainableParams()).learningRate(1e-2).build();
    var step = new TrainOneStepCell<>(new WithLossCell<>(net, loss), optimizer);
    net.setTrain(true);
    double[] all = new double[STEPS];
    Arrays.setAll(all, i -> step.call(x, y).item());
    return all;
  }

  private static List<double[]> train() {
    Mycel.setBackend("onednn");
    Mycel.setSeed(11);
    List<double[]> all = new ArrayList<>();
    all.add(losses(images(), 32, 1, 16, 16));
    all.add(losses(new Mixer(), 32, 10 * 16));
    return all;
  }

  /** What the child process runs. */
  static final class Child {
    public static void main(String[] args) {
      train().forEach(losses -> System.out.println("losses " + Arrays.toString(losses)));
    }
  }

  @Test
  void decompositionsTrainAsFusedKernelsDo() throws IOException, InterruptedException {
    String classes =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dmycel.fusion=false",
                "-cp",
                classes,
                Child.class.getName())
            .redirectErrorStream(true)
            .start();
    String out = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, child.waitFor(), out);
    List<String> apart = out.lines().filter(l -> l.startsWith("losses ")).toList();
    List<double[]> fused = train();
    assertEquals(fused.size(), apart.size(), out);
    for (int net = 0; net < fused.size(); net++) {
      String[] numbers = apart.get(net).replaceAll("losses|[\\[\\] ]", "").split(",");
      assertEquals(STEPS, numbers.length, out);
      for (int i = 0; i < STEPS; i++) {
        double expected = fused.get(net)[i];
        assertEquals(expected, Double.parseDouble(numbers[i]), 2e-3 * (1 + expected), "step " + i);
      }
    }
    List<String> same = fused.stream().map(l -> "losses " + Arrays.toString(l)).toList();
    assertNotEquals(same, apart, "the property did nothing");
  }
}
