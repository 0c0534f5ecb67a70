package dev.mycel.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.checkpoint.Checkpoints;
import dev.mycel.core.DType;
import dev.mycel.core.Mycel;
import dev.mycel.core.Random;
import dev.mycel.core.Tensor;
import dev.mycel.junit.MycelTest;
import dev.mycel.nn.Parameter;
import dev.mycel.nn.WithLossCell;
import dev.mycel.nn.layer.Dense;
import dev.mycel.nn.loss.MSELoss;
import dev.mycel.optim.schedule.CosineDecayLR;
import dev.mycel.optim.schedule.WarmUpLR;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rules against loops in plain Java over many steps; rates, groups and refusals. */
@MycelTest
class OptimizerTest {
  private static final int STEPS = 25;

  @BeforeEach
  void aSeed() {
    Mycel.setBackend("onednn");
    Mycel.setSeed(3);
  }

  private static Parameter weight(double... values) {
    return new Parameter(Tensor.of(values, DType.FLOAT32, values.length), "w");
  }

  /** The gradient of step t at element i: nothing that a rule could be fitted to. */
  private static double gradient(int t, int i) {
    return Math.sin(1 + 0.7 * t + 1.3 * i) * (1 + 0.1 * t);
  }

  /** A rule for one element: the new weight from the step, the weight and the gradient. */
  private interface Rule {
    double next(int i, int t, double w, double g);
  }

  private static void follows(Function<List<Parameter>, Optimizer> make, Rule rule) {
    Parameter w = weight(0.5, -1, 2);
    Optimizer optimizer = make.apply(List.of(w));
    double[] expected = {0.5, -1, 2};
    for (int t = 0; t < STEPS; t++) {
      double[] g = new double[3];
      for (int i = 0; i < 3; i++) {
        g[i] = (float) gradient(t, i);
        expected[i] = rule.next(i, t, expected[i], g[i]);
      }
      optimizer.call(List.of(Tensor.of(g, DType.FLOAT32, 3)));
      double[] now = w.value().cast(DType.FLOAT64).toDoubleArray();
      assertArrayEquals(expected, now, 2e-5, "after step " + t);
    }
    assertEquals(STEPS, (long) optimizer.globalStep().value().item());
  }

  @ParameterizedTest
  @ValueSource(strings = {"onednn", "reference"})
  void rulesAreThoseOfTheDocumentation(String backend) {
    Mycel.setBackend(backend);
    double lr = 0.05;
    double decay = 0.01;
    follows(p -> new SGD(p, lr), (i, t, w, g) -> w - lr * g);
    double[] v = new double[3];
    follows(
        p ->
            SGD.builder(p).learningRate(lr).momentum(0.9).dampening(0.2).weightDecay(decay).build(),
        (i, t, w, g) -> {
          double d = g + decay * w;
          v[i] = t == 0 ? d : 0.9 * v[i] + 0.8 * d;
          return w - lr * v[i];
        });
    double[] n = new double[3];
    follows(
        p -> SGD.builder(p).learningRate(lr).momentum(0.9).nesterov(true).build(),
        (i, t, w, g) -> {
          n[i] = t == 0 ? g : 0.9 * n[i] + g;
          return w - lr * (g + 0.9 * n[i]);
        });
    double[] m = new double[3];
    follows(
        p -> new Momentum(p, lr, 0.9),
        (i, t, w, g) -> {
          m[i] = 0.9 * m[i] + g;
          return w - lr * m[i];
        });
    adam(lr);
  }

  private static void adam(double lr) {
    double[] m = new double[3];
    double[] v = new double[3];
    follows(
        p -> new Adam(p, lr),
        (i, t, w, g) -> {
          m[i] += 0.1 * (g - m[i]);
          v[i] += 0.001 * (g * g - v[i]);
          double rate = lr * Math.sqrt(1 - Math.pow(0.999, t + 1)) / (1 - Math.pow(0.9, t + 1));
          return w - rate * m[i] / (Math.sqrt(v[i]) + 1e-8);
        });
    double[] first = new double[3];
    double[] second = new double[3];
    follows(
        p -> AdamWeightDecay.builder(p).learningRate(lr).weightDecay(0.1).build(),
        (i, t, w, g) -> {
          first[i] = 0.9 * first[i] + 0.1 * g;
          second[i] = 0.999 * second[i] + 0.001 * g * g;
          return w - lr * (first[i] / (Math.sqrt(second[i]) + 1e-6) + 0.1 * w);
        });
    for (boolean amsgrad : new boolean[] {false, true}) {
      double[] a = new double[3];
      double[] b = new double[3];
      double[] top = new double[3];
      follows(
          p -> AdamW.builder(p).learningRate(lr).weightDecay(0.1).amsgrad(amsgrad).build(),
          (i, t, w, g) -> {
            a[i] = 0.9 * a[i] + 0.1 * g;
            b[i] = 0.999 * b[i] + 0.001 * g * g;
            top[i] = amsgrad ? Math.max(top[i], b[i]) : b[i];
            double root = Math.sqrt(top[i] / (1 - Math.pow(0.999, t + 1)));
            double decayed = w - lr * 0.1 * w;
            return decayed - lr / (1 - Math.pow(0.9, t + 1)) * a[i] / (root + 1e-8);
          });
    }
  }

  @Test
  void adamWClimbsIfItMaximizesAndDecaysNormsToo() {
    Tensor one = Tensor.of(new float[] {1}, 1);
    Parameter w = weight(0);
    AdamW.builder(List.of(w)).maximize(true).weightDecay(0).build().call(List.of(one));
    assertEquals(1e-3, w.value().item(), 1e-7);
    Parameter gamma = new Parameter(Tensor.of(new float[] {2}, 1), "norm.gamma");
    Tensor zero = Tensor.of(new float[] {0}, 1);
    AdamW.builder(List.of(gamma)).learningRate(0.5).weightDecay(0.5).build().call(List.of(zero));
    assertEquals(1.5, gamma.value().item(), 1e-6);
    AdamW named = AdamW.builder(List.of(gamma)).amsgrad(true).build();
    assertEquals(
        List.of("exp_avg.norm.gamma", "exp_avg_sq.norm.gamma", "max_exp_avg_sq.norm.gamma"),
        named.getParameters().map(Parameter::name).filter(n -> n.contains("exp_avg")).toList());
  }

  @Test
  void aListOfRatesIsUsedStepByStepAndItsEndIsAnError() {
    Parameter w = weight(0);
    Momentum optimizer = new Momentum(List.of(w), List.of(0.5, 0.25), 0);
    Tensor one = Tensor.of(new float[] {1}, 1);
    double[] expected = {-0.5, -0.75};
    for (double e : expected) {
      optimizer.call(List.of(one));
      assertEquals(e, w.value().item(), 1e-6);
    }
    assertThrows(RuntimeException.class, () -> optimizer.call(List.of(one)));
    assertEquals(-0.75, w.value().item(), 1e-6);
  }

  @Test
  void aScheduleIsAskedAtEveryStep() {
    CosineDecayLR cosine = CosineDecayLR.of(0.1, 10);
    Parameter w = weight(0);
    SGD optimizer = new SGD(List.of(w), cosine);
    double expected = 0;
    for (int t = 0; t < 12; t++) {
      assertEquals((float) cosine.at(t), optimizer.getLr(), 1e-7);
      expected -= cosine.at(t);
      optimizer.call(List.of(Tensor.of(new float[] {1}, 1)));
    }
    assertEquals(expected, w.value().item(), 1e-5);
  }

  @Test
  void warmUpRisesInAStraightLine() {
    WarmUpLR warm = new WarmUpLR(0.2, 4);
    for (int t = 0; t < 6; t++) {
      assertEquals(0.2 * Math.min(t, 4) / 4, warm.at(t), 1e-12);
    }
  }

  @Test
  void groupsHaveTheirOwnRatesAndDecay() {
    Parameter a = weight(1);
    Parameter b = new Parameter(Tensor.of(new float[] {1}, 1), "b");
    Momentum optimizer =
        Momentum.builder(
                ParamGroup.of(List.of(a)).lr(0.5).weightDecay(0.1), ParamGroup.of(List.of(b)))
            .learningRate(0.01)
            .momentum(0.0)
            .build();
    Tensor one = Tensor.of(new float[] {1}, 1);
    optimizer.call(List.of(one, one));
    assertEquals(1 - 0.5 * 1.1, a.value().item(), 1e-6);
    assertEquals(1 - 0.01, b.value().item(), 1e-6);
    assertEquals(0.5, optimizer.getLr(a), 1e-7);
    assertEquals(0.01, optimizer.getLr(b), 1e-7);
  }

  @Test
  void aWrongGradientChangesNothing() {
    Parameter a = weight(1);
    Parameter b = new Parameter(Tensor.of(new float[] {1}, 1), "b");
    Adam optimizer = new Adam(List.of(a, b), 0.1);
    Tensor one = Tensor.of(new float[] {1}, 1);
    Tensor wrong = Tensor.of(new float[] {1, 2}, 2);
    assertThrows(RuntimeException.class, () -> optimizer.call(List.of(one, wrong)));
    assertThrows(RuntimeException.class, () -> optimizer.call(List.of(one)));
    assertEquals(1, a.value().item());
    assertEquals(0, optimizer.globalStep().value().item());
  }

  @Test
  void theLossScaleIsTakenOutOfTheGradient() {
    Parameter w = weight(0);
    SGD optimizer = SGD.builder(List.of(w)).learningRate(1.0).lossScale(8).build();
    optimizer.call(List.of(Tensor.of(new float[] {8}, 1)));
    assertEquals(-1, w.value().item(), 1e-6);
  }

  @Test
  void aFrozenParameterStays() {
    Parameter w = weight(1);
    SGD optimizer = new SGD(List.of(w), 1.0);
    w.setRequiresGrad(false);
    optimizer.call(List.of(Tensor.of(new float[] {1}, 1)));
    assertEquals(1, w.value().item());
  }

  /** Ten steps, save, load into fresh ones, ten steps: as twenty steps, bit for bit. */
  @Test
  void trainingGoesOnWhereItWasSaved(@TempDir Path folder) {
    Tensor x = Random.randn(16, 4);
    Tensor y = Random.randn(16, 2);
    List<Function<List<Parameter>, Optimizer>> makers = new ArrayList<>();
    makers.add(p -> new Adam(p, 0.05));
    makers.add(p -> new Momentum(p, 0.05, 0.9));
    makers.add(p -> SGD.builder(p).learningRate(0.05).momentum(0.9).build());
    makers.add(p -> new AdamWeightDecay(p, CosineDecayLR.of(0.05, 20)));
    makers.add(p -> new AdamW(p, 0.05));
    makers.add(p -> AdamW.builder(p).amsgrad(true).build());
    for (Function<List<Parameter>, Optimizer> make : makers) {
      Dense net = new Dense(4, 2);
      var step = trainer(net, make);
      run(step, x, y, 10);
      Path file = Checkpoints.saveCheckpoint(step, folder.resolve("half.ckpt"));
      run(step, x, y, 10);

      Dense other = new Dense(4, 2);
      var resumed = trainer(other, make);
      assertTrue(
          Checkpoints.loadParamIntoNet(resumed, Checkpoints.loadCheckpoint(file)).isComplete());
      run(resumed, x, y, 10);
      assertArrayEquals(net.weight().value().toFloatArray(), other.weight().value().toFloatArray());
    }
  }

  private static TrainOneStepCell<dev.mycel.core.Pair<Tensor, Tensor>> trainer(
      Dense net, Function<List<Parameter>, Optimizer> make) {
    return new TrainOneStepCell<>(
        new WithLossCell<>(net, new MSELoss()), make.apply(net.trainableParams()));
  }

  private static void run(
      TrainOneStepCell<dev.mycel.core.Pair<Tensor, Tensor>> step, Tensor x, Tensor y, int count) {
    for (int i = 0; i < count; i++) {
      step.call(x, y);
    }
  }
}
