package dev.mycel.examples;

import static dev.mycel.autograd.Autograd.grad;
import static dev.mycel.checkpoint.Checkpoints.loadCheckpoint;
import static dev.mycel.checkpoint.Checkpoints.loadParamIntoNet;
import static dev.mycel.checkpoint.Checkpoints.saveCheckpoint;
import static dev.mycel.core.Random.randn;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.core.DType;
import dev.mycel.core.Mycel;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;
import dev.mycel.nn.WithLossCell;
import dev.mycel.nn.layer.Dense;
import dev.mycel.nn.layer.Tanh;
import dev.mycel.nn.loss.MSELoss;
import dev.mycel.optim.Adam;
import dev.mycel.optim.TrainOneStepCell;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A cell of one's own under test: its names, its gradient, that it learns, and that it is saved.
 */
class HillTest {
  /** Heights of a hill at points of the plane. */
  private static final class Hill extends Cell<Tensor, Tensor> {
    private final Dense hidden = new Dense(2, 24);
    private final Tanh tanh = new Tanh();
    private final Dense height = new Dense(24, 1);

    @Override
    protected Tensor construct(Tensor points) {
      return height.call(tanh.call(hidden.call(points)));
    }
  }

  private Hill net;
  private Tensor points;
  private Tensor heights;

  @BeforeEach
  void theSameNumbersEachTime() {
    Mycel.setSeed(11);
    net = new Hill();
    points = randn(128, 2);
    heights = points.square().sum(true, -1).neg().exp();
  }

  @Test
  void parametersAreNamedAfterFields() {
    assertEquals(
        List.of("hidden.weight", "hidden.bias", "height.weight", "height.bias"),
        net.trainableParams().stream().map(p -> p.name()).toList());
  }

  @Test
  void theGradientIsTheSlope() {
    Tensor at = points.at(0).reshape(1, 2);
    Tensor slope = grad(net).apply(at);
    double step = 1e-2;
    for (int axis = 0; axis < 2; axis++) {
      float[] move = new float[2];
      move[axis] = (float) step;
      Tensor by = Tensor.of(move, 1, 2);
      double rise = net.call(at.add(by)).item() - net.call(at.sub(by)).item();
      assertEquals(rise / (2 * step), slope.toFloatArray()[axis], 1e-3);
    }
  }

  @Test
  void itLearns() {
    var step =
        new TrainOneStepCell<>(
            new WithLossCell<>(net, new MSELoss()), new Adam(net.trainableParams(), 0.01));
    net.setTrain(true);
    double before = step.call(points, heights).item();
    for (int i = 0; i < 300; i++) {
      step.call(points, heights);
    }
    double after = step.call(points, heights).item();
    assertTrue(after < before / 10, "loss fell from " + before + " to " + after + " only");
  }

  @Test
  void whatWasSavedComputesTheSame(@TempDir Path folder) {
    Path file = saveCheckpoint(net, folder.resolve("hill.ckpt"));
    Hill other = new Hill();
    loadParamIntoNet(other, loadCheckpoint(file));
    assertTrue(other.call(points).sameAs(net.call(points)));
    assertEquals(DType.FLOAT32, other.call(points).dtype());
  }
}
