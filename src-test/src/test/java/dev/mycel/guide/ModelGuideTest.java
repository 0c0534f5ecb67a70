package dev.mycel.guide;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.core.Mycel;
import dev.mycel.core.Pair;
import dev.mycel.core.Random;
import dev.mycel.core.Scope;
import dev.mycel.core.Tensor;
import dev.mycel.junit.MycelTest;
import dev.mycel.nn.Cell;
import dev.mycel.nn.Parameter;
import dev.mycel.nn.Reduction;
import dev.mycel.nn.WithEvalCell;
import dev.mycel.nn.WithLossCell;
import dev.mycel.nn.layer.Conv2d;
import dev.mycel.nn.layer.Dense;
import dev.mycel.nn.layer.ReLU;
import dev.mycel.nn.loss.LossBase;
import dev.mycel.nn.loss.SoftmaxCrossEntropyWithLogits;
import dev.mycel.optim.Momentum;
import dev.mycel.optim.Optimizer;
import dev.mycel.optim.TrainOneStepCell;
import dev.mycel.train.Model;
import dev.mycel.train.metrics.Metrics;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Items of the guide that a model and its steps have to keep. */
@MycelTest
class ModelGuideTest {
  private static void on(String backend) {
    Mycel.setBackend(backend);
    Mycel.setSeed(1);
  }

  /** Images [N, 1, 4, 4] to scores [N, 3]. */
  private static final class Net extends Cell<Tensor, Tensor> {
    private final Conv2d conv = new Conv2d(1, 2, 3);
    private final ReLU relu = new ReLU();
    private final Dense scores = new Dense(32, 3);

    @Override
    protected Tensor construct(Tensor x) {
      return scores.call(relu.call(conv.call(x)).reshape(-1, 32));
    }
  }

  /** The mean of the squares of what the scores lack to a one at the label's place. */
  private static final class OwnLoss extends LossBase {
    @Override
    protected Tensor construct(Tensor scores, Tensor labels) {
      Tensor classes = Tensor.of(new int[] {0, 1, 2}, 1, 3);
      Tensor oneHot = labels.reshape(-1, 1).eq(classes).cast(scores.dtype());
      return getLoss(scores.sub(oneHot).square());
    }
  }

  /** Plain descent. */
  private static final class OwnOptimizer extends Optimizer {
    OwnOptimizer(List<Parameter> parameters, double rate) {
      super(parameters, rate);
    }

    @Override
    protected void update(Update u) {
      try (Scope scope = Scope.open()) {
        u.parameter().assign(u.parameter().value().sub(u.gradient().mul(u.learningRate())));
      }
    }
  }

  private static List<Pair<Tensor, Tensor>> data() {
    Tensor labels = Tensor.of(new int[] {0, 1, 2, 0, 1, 2}, 6);
    return List.of(new Pair<>(Random.randn(6, 1, 4, 4), labels));
  }

  private static SoftmaxCrossEntropyWithLogits libraryLoss() {
    return new SoftmaxCrossEntropyWithLogits(true, Reduction.MEAN);
  }

  @DisplayName("13.1 #2 losses and optimisers of the library and own ones are both accepted")
  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  void item2(String backend) {
    on(backend);
    for (boolean ownLoss : new boolean[] {false, true}) {
      for (boolean ownOptimizer : new boolean[] {false, true}) {
        Net net = new Net();
        var loss = ownLoss ? new OwnLoss() : libraryLoss();
        Optimizer optimizer =
            ownOptimizer
                ? new OwnOptimizer(net.trainableParams(), 0.1)
                : new Momentum(net.trainableParams(), 0.05, 0.9);
        List<Pair<Tensor, Tensor>> data = data();
        var model = new Model<>(net, loss, optimizer, Metrics.of("loss"));
        double before = model.eval(data).scalar("loss");
        double after = model.fit(25, data, data).scalar("loss");
        String which = "own loss " + ownLoss + ", own optimiser " + ownOptimizer;
        assertTrue(after < before / 1.5, which + ": from " + before + " to " + after);
      }
    }
  }

  @DisplayName("13.1 #3 forward is a plain call, the loss follows from logits and target")
  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  void item3(String backend) {
    on(backend);
    Net net = new Net();
    Pair<Tensor, Tensor> batch = data().get(0);
    Tensor logits = net.call(batch.first());
    Tensor loss = libraryLoss().call(logits, batch.second());
    var optimizer = new Momentum(net.trainableParams(), 0, 0.9);
    var model = new Model<>(net, libraryLoss(), optimizer, Metrics.of("loss"));
    assertTrue(model.predict(batch.first()).sameAs(logits));
    assertEquals(loss.item(), model.eval(List.of(batch)).scalar("loss"), 1e-6);
  }

  @DisplayName("13.2 #10 no wrapper renames the parameters of the backbone")
  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  void item10(String backend) {
    on(backend);
    Net net = new Net();
    List<String> before = names(net);
    var optimizer = new Momentum(net.trainableParams(), 0.05, 0.9);
    var model = new Model<>(net, libraryLoss(), optimizer, Metrics.accuracy());
    var step = new TrainOneStepCell<>(new WithLossCell<>(net, libraryLoss()), optimizer);
    for (Cell<?, ?> wrapper :
        List.<Cell<?, ?>>of(
            model.trainNetwork(),
            model.evalNetwork(),
            new WithEvalCell<>(net, libraryLoss()),
            step)) {
      List<String> wrapped = names(wrapper);
      assertTrue(wrapped.containsAll(before), wrapper.clsName() + " has " + wrapped);
      assertEquals(before, names(net), "after " + wrapper.clsName());
    }
    model.fit(1, data(), data());
    assertEquals(before, net.trainableParams().stream().map(Parameter::name).toList());
  }

  private static List<String> names(Cell<?, ?> cell) {
    return List.copyOf(cell.parametersDict().keySet());
  }

  @DisplayName("13.4 #21 a network with its loss is called with data and label")
  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  void item21(String backend) {
    on(backend);
    Net net = new Net();
    Pair<Tensor, Tensor> batch = data().get(0);
    Tensor expected = libraryLoss().call(net.call(batch.first()), batch.second());
    var withLoss = new WithLossCell<>(net, libraryLoss());
    assertTrue(withLoss.call(batch.first(), batch.second()).sameAs(expected));
    var withEval = new WithEvalCell<>(net, libraryLoss());
    var all = withEval.call(batch.first(), batch.second());
    assertTrue(all.first().sameAs(expected));
    assertTrue(all.second().sameAs(net.call(batch.first())));
    assertTrue(all.third().sameAs(batch.second()));
  }
}
