package dev.mycel.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Pair;
import dev.mycel.core.Tensor;
import dev.mycel.junit.MycelTest;
import dev.mycel.nn.WithLossCell;
import dev.mycel.nn.layer.Dense;
import dev.mycel.nn.loss.MSELoss;
import dev.mycel.optim.Optimizer;
import dev.mycel.optim.ParamGroup;
import dev.mycel.optim.SGD;
import dev.mycel.optim.schedule.CosineDecayLR;
import dev.mycel.train.metrics.Metrics;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Callbacks that change the learning rate. */
@MycelTest
class LearningRateCallbacksTest {
  private final Lines out = Lines.open();
  private final Dense net = new Dense(2, 1);
  private final Optimizer sgd = new SGD(net.trainableParams(), 0.5);

  private ReduceLROnPlateau.Builder evalLoss() {
    return ReduceLROnPlateau.monitor("eval_loss").to(out.stream());
  }

  /** The rates after each of the epochs, whose evaluations have these losses. */
  private List<Double> rates(Callback callback, double... losses) {
    int[] epoch = {0};
    Iterable<Tensor> valid = () -> Lines.losses((float) losses[epoch[0]++]).iterator();
    List<Double> rates = new ArrayList<>();
    Model.<Pair<Tensor, Tensor>, Tensor, Tensor>builder(new WithLossCell<>(net, new MSELoss()))
        .optimizer(sgd)
        .evalNetwork(new Lines.Echo(), 0, 0, 0)
        .metrics(Metrics.of("loss"))
        .build()
        .fit(
            losses.length,
            Lines.plane(1),
            valid,
            callback,
            new LambdaCallback().onTrainEpochEnd(c -> rates.add(sgd.getLr())));
    return rates;
  }

  // ---- plateaus ---------------------------------------------------------------------------------

  @Test
  void theRateFallsWhenPatienceEnds() {
    var half = evalLoss().factor(0.5).patience(2).verbose(true).build();
    assertEquals(List.of(0.5, 0.5, 0.5, 0.25, 0.25, 0.125), rates(half, 3, 2, 2, 2, 2, 2));
    assertEquals(
        List.of(
            "Epoch 00004: ReduceLROnPlateau reducing learning rate to 0.25.",
            "Epoch 00006: ReduceLROnPlateau reducing learning rate to 0.125."),
        out.printed());
  }

  @Test
  void anImprovementStartsTheWaitAnewAndSmallOnesAreNone() {
    var half = evalLoss().factor(0.5).patience(2).minDelta(0.1).build();
    assertEquals(List.of(0.5, 0.5, 0.5, 0.5, 0.25), rates(half, 3, 3, 2, 1.95, 1.95));
  }

  @Test
  void zeroIsAValueAndNoPatienceIsOneEpoch() {
    assertEquals(
        List.of(0.5, 0.5, 0.25), rates(evalLoss().factor(0.5).patience(0).build(), 1, 0, 0));
  }

  @Test
  void epochsAfterAReductionDoNotCount() {
    var half = evalLoss().factor(0.5).patience(1).cooldown(2).build();
    // Reduced in epoch 2; 3 cools; in 4 the cooling ends, and one epoch of waiting is enough.
    assertEquals(List.of(0.5, 0.25, 0.25, 0.125, 0.125), rates(half, 1, 1, 1, 1, 1));
  }

  @Test
  void theRateStopsAtItsLeast() {
    var tenth = evalLoss().patience(1).minLr(0.25).verbose(true).build();
    assertEquals(List.of(0.5, 0.25, 0.25), rates(tenth, 1, 1, 1));
    assertEquals(1, out.printed().size());
  }

  @Test
  void largerIsBetterIfItIsSaidSo() {
    var half = evalLoss().factor(0.5).patience(1).mode(EarlyStopping.Mode.MAX).build();
    assertEquals(List.of(0.5, 0.5, 0.25), rates(half, 1, 2, 1));
  }

  @Test
  void aSecondTrainingBeginsAnew() {
    var half = evalLoss().factor(0.5).patience(1).build();
    assertEquals(List.of(0.5, 0.25), rates(half, 1, 1));
    assertEquals(List.of(0.25, 0.125), rates(half, 5, 5));
  }

  @Test
  void aValueThatNoEvaluationGivesIsAnError() {
    var wrong = ReduceLROnPlateau.monitor("mae").build();
    String text = assertThrows(ArgumentException.class, () -> rates(wrong, 1)).getMessage();
    assertTrue(text.startsWith("ReduceLROnPlateau: the evaluation has no value named 'mae'"), text);
  }

  @Test
  void optionsOutOfRangeAreRefused() {
    for (double factor : new double[] {0, 1, -1, Double.NaN}) {
      assertThrows(ArgumentException.class, () -> evalLoss().factor(factor), "" + factor);
    }
    assertThrows(ArgumentException.class, () -> evalLoss().patience(-1));
    assertThrows(ArgumentException.class, () -> evalLoss().cooldown(-1));
    assertThrows(ArgumentException.class, () -> evalLoss().minLr(Double.NaN));
    assertThrows(ArgumentException.class, () -> evalLoss().minDelta(Double.NaN));
  }

  // ---- rules ------------------------------------------------------------------------------------

  private List<Double> ratesOfSteps(Optimizer optimizer, Callback callback) {
    List<Double> rates = new ArrayList<>();
    new Model<>(net, new MSELoss(), optimizer)
        .train(
            2,
            Lines.plane(2),
            callback,
            new LambdaCallback().onTrainStepEnd(c -> rates.add(optimizer.getLr())));
    return rates;
  }

  @Test
  void aRuleChangesTheRateAfterEachStepOfTheRun() {
    var rule = new LearningRateScheduler((rate, step) -> step % 2 == 0 ? rate / 2 : rate);
    assertEquals(List.of(0.5, 0.25, 0.25, 0.125), ratesOfSteps(sgd, rule));
  }

  @Test
  void aStepTakesTheRateThatTheRuleGave() {
    List<Tensor> weights = new ArrayList<>(List.of(net.weight().value()));
    new Model<>(net, new MSELoss(), sgd)
        .train(
            1,
            Lines.plane(3),
            new LearningRateScheduler((rate, step) -> 0),
            new LambdaCallback().onTrainStepEnd(c -> weights.add(net.weight().value())));
    assertFalse(weights.get(1).sameAs(weights.get(0)), "the first step has its rate");
    assertTrue(weights.get(1).sameAs(weights.get(3)), "later ones have zero");
  }

  @Test
  void aRuleThatGivesNoRateEndsTheTraining() {
    for (double wrong : new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY}) {
      var rule = new LearningRateScheduler((rate, step) -> wrong);
      assertThrows(ArgumentException.class, () -> ratesOfSteps(sgd, rule), "" + wrong);
      assertEquals(0.5, sgd.getLr());
    }
  }

  @Test
  void eachGroupGoesThroughTheRule() {
    Optimizer groups =
        SGD.builder(
                ParamGroup.of(List.of(net.weight())).lr(0.5),
                ParamGroup.of(List.of(net.getParameter("bias"))).lr(0.25))
            .build();
    new Model<>(net, new MSELoss(), groups)
        .train(1, Lines.plane(1), new LearningRateScheduler((rate, step) -> rate / 2));
    assertEquals(0.25, groups.getLr(net.weight()));
    assertEquals(0.125, groups.getLr(net.getParameter("bias")));
  }

  @Test
  void aRateThatIsNoNumberIsRefusedBeforeTheFirstStep() {
    Tensor before = net.weight().value();
    List<Optimizer> others =
        List.of(
            new SGD(net.trainableParams(), CosineDecayLR.of(0.5, 4)),
            SGD.builder(net.trainableParams()).learningRate(List.of(0.5, 0.25, 0.1, 0.1)).build());
    for (Optimizer other : others) {
      for (Callback callback :
          List.of(new LearningRateScheduler((rate, step) -> rate), new ReduceLROnPlateau())) {
        assertThrows(ArgumentException.class, () -> ratesOfSteps(other, callback));
      }
    }
    assertTrue(net.weight().value().sameAs(before));
    var without = new Model<Tensor, Tensor, Tensor>(new Lines.Echo());
    assertThrows(
        ArgumentException.class, () -> without.train(1, Lines.losses(1), new ReduceLROnPlateau()));
  }
}
