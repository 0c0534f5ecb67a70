package consumer.app;

import static dev.mycel.checkpoint.Checkpoints.loadCheckpoint;
import static dev.mycel.checkpoint.Checkpoints.loadParamIntoNet;
import static dev.mycel.checkpoint.Checkpoints.saveCheckpoint;
import static dev.mycel.junit.MycelAssertions.assertGradients;
import static dev.mycel.junit.MycelAssertions.assertSameAfterReload;
import static dev.mycel.junit.MycelAssertions.assertTrainableOnOneBatch;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.core.Mycel;
import dev.mycel.core.Pair;
import dev.mycel.core.Random;
import dev.mycel.core.Tensor;
import dev.mycel.junit.MycelTest;
import dev.mycel.nn.Reduction;
import dev.mycel.nn.WithLossCell;
import dev.mycel.nn.loss.SoftmaxCrossEntropyWithLogits;
import dev.mycel.optim.Momentum;
import dev.mycel.optim.TrainOneStepCell;
import dev.mycel.train.LossMonitor;
import dev.mycel.train.Model;
import dev.mycel.train.metrics.Metrics;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NetTest {
  @Test
  void trainsSavesLoadsAndInfers(@TempDir Path folder) {
    Mycel.setSeed(3);
    assertEquals("onednn", Mycel.backend());
    Tensor images = Random.randn(6, 1, 6, 6);
    Tensor labels = Tensor.of(new int[] {0, 1, 2, 0, 1, 2}, 6);

    Net net = new Net();
    assertEquals(
        List.of("conv.weight", "scores.weight", "scores.bias"),
        net.trainableParams().stream().map(p -> p.name()).toList());
    var loss = new SoftmaxCrossEntropyWithLogits(true, Reduction.MEAN);
    var step =
        new TrainOneStepCell<>(
            new WithLossCell<>(net, loss), new Momentum(net.trainableParams(), 0.05, 0.9));
    net.setTrain(true);
    double first = step.call(new Pair<>(images, labels)).item();
    double last = first;
    for (int i = 0; i < 60; i++) {
      last = step.call(new Pair<>(images, labels)).item();
    }
    assertTrue(last < first / 2, "loss fell from " + first + " to " + last + " only");

    net.setTrain(false);
    Path file = folder.resolve("net.ckpt");
    saveCheckpoint(net, file);
    Net fresh = new Net();
    loadParamIntoNet(fresh, loadCheckpoint(file));
    assertTrue(fresh.call(images).sameAs(net.call(images)));
  }

  @Test
  @MycelTest(seed = 4)
  void theKitChecksIt() {
    Net net = new Net();
    assertGradients(net, Random.randn(1, 1, 6, 6));
    assertSameAfterReload(net, new Net(), Random.randn(2, 1, 6, 6));
    var loss = new SoftmaxCrossEntropyWithLogits(true, Reduction.MEAN);
    var batch = new Pair<>(Random.randn(3, 1, 6, 6), Tensor.of(new int[] {0, 1, 2}, 3));
    assertTrainableOnOneBatch(net, loss, batch);
    var model =
        new Model<>(
            net, loss, new Momentum(net.trainableParams(), 0.05, 0.9), Metrics.accuracy());
    model.fit(30, List.of(batch), List.of(batch), new LossMonitor(10));
    assertEquals(1, model.eval(List.of(batch)).scalar("accuracy"));
  }
}
