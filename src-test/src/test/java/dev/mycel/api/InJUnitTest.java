package dev.mycel.api;

import static dev.mycel.core.Random.randn;
import static dev.mycel.junit.MycelAssertions.assertGradients;
import static dev.mycel.junit.MycelAssertions.assertLossFalls;
import static dev.mycel.junit.MycelAssertions.assertNoLeak;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.core.Pair;
import dev.mycel.core.Tensor;
import dev.mycel.junit.MycelTest;
import dev.mycel.nn.Cell;
import dev.mycel.nn.Reduction;
import dev.mycel.nn.WithLossCell;
import dev.mycel.nn.layer.Conv2d;
import dev.mycel.nn.layer.Dense;
import dev.mycel.nn.loss.SoftmaxCrossEntropyWithLogits;
import dev.mycel.optim.Momentum;
import dev.mycel.optim.TrainOneStepCell;
import dev.mycel.optim.schedule.CosineDecayLR;
import dev.mycel.train.Model;
import dev.mycel.train.ModelCheckpoint;
import dev.mycel.train.ProgressBar;
import dev.mycel.train.metrics.Metrics;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A class of tests as a user writes it, and a model in one line. */
@MycelTest(seed = 7)
class InJUnitTest {
  /** Images [N, 1, 6, 6] to scores [N, 3]. */
  private static final class MyCell extends Cell<Tensor, Tensor> {
    private final Conv2d conv = new Conv2d(1, 2, 3);
    private final Dense scores = new Dense(72, 3);

    @Override
    protected Tensor construct(Tensor x) {
      return scores.call(conv.call(x).tanh().reshape(-1, 72));
    }
  }

  private record Batch(Tensor images, Tensor labels) {}

  private MyCell net;
  private Momentum opt;
  private TrainOneStepCell<Pair<Tensor, Tensor>> step;
  private final Batch batch =
      new Batch(randn(6, 1, 6, 6), Tensor.of(new int[] {0, 1, 2, 0, 1, 2}, 6));
  private final Pair<Tensor, Tensor> pair = new Pair<>(batch.images(), batch.labels());
  private final SoftmaxCrossEntropyWithLogits loss =
      new SoftmaxCrossEntropyWithLogits(true, Reduction.MEAN);

  @BeforeEach
  void aStep() {
    net = new MyCell();
    opt = new Momentum(net.trainableParams(), CosineDecayLR.of(0.05, 60), 0.9);
    step = new TrainOneStepCell<>(new WithLossCell<>(net, loss), opt);
  }

  @Test
  void gradientIsRight() {
    assertGradients(new MyCell(), randn(2, 1, 6, 6));
  }

  @Test
  void learns() {
    assertLossFalls(step, List.of(pair), 50);
  }

  @Test
  void noLeak() {
    assertNoLeak(() -> step.call(pair));
  }

  @Test
  void fits(@TempDir Path dir) {
    ByteArrayOutputStream bar = new ByteArrayOutputStream();
    var results =
        new Model<>(net, loss, opt, Metrics.accuracy())
            .fit(
                60,
                List.of(batch),
                List.of(batch),
                new ProgressBar(new PrintStream(bar, true, UTF_8), false),
                new ModelCheckpoint(dir));
    assertEquals(1, results.scalar("accuracy"));
    assertTrue(Files.exists(dir.resolve("CKP-60_1.ckpt")));
    assertEquals(60, bar.toString(UTF_8).lines().count());
  }
}
