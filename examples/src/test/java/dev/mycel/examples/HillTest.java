package dev.mycel.examples;

import static dev.mycel.core.Random.randn;
import static dev.mycel.junit.MycelAssertions.assertGradients;
import static dev.mycel.junit.MycelAssertions.assertLossFalls;
import static dev.mycel.junit.MycelAssertions.assertNoLeak;
import static dev.mycel.junit.MycelAssertions.assertSameAfterReload;
import static dev.mycel.junit.MycelAssertions.assertTrainableOnOneBatch;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mycel.core.Pair;
import dev.mycel.core.Tensor;
import dev.mycel.junit.MycelTest;
import dev.mycel.nn.Cell;
import dev.mycel.nn.WithLossCell;
import dev.mycel.nn.layer.Dense;
import dev.mycel.nn.layer.Tanh;
import dev.mycel.nn.loss.MSELoss;
import dev.mycel.optim.Adam;
import dev.mycel.optim.TrainOneStepCell;
import dev.mycel.train.Model;
import dev.mycel.train.metrics.Metrics;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A cell of one's own under test: its names, its gradient, that it learns, and that it is saved.
 */
@MycelTest(seed = 11)
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
  void aNetworkAndAHill() {
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
    assertGradients(2, net, points.narrow(0, 0, 4));
  }

  @Test
  void itLearns() {
    var step =
        new TrainOneStepCell<>(
            new WithLossCell<>(net, new MSELoss()), new Adam(net.trainableParams(), 0.01));
    net.setTrain(true);
    assertLossFalls(step, List.of(new Pair<>(points, heights)), 100);
    assertTrainableOnOneBatch(net, new MSELoss(), new Pair<>(points, heights));
  }

  @Test
  void trainingHoldsNoMemory() {
    var model =
        new Model<>(net, new MSELoss(), new Adam(net.trainableParams(), 0.01), Metrics.of("mae"));
    var data = List.of(new Pair<>(points, heights));
    assertNoLeak(() -> model.fit(3, data, data));
  }

  @Test
  void whatWasSavedComputesTheSame() {
    assertSameAfterReload(net, new Hill(), points);
  }
}
