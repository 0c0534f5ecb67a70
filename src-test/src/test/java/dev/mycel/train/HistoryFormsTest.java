package dev.mycel.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Mycel;
import dev.mycel.core.Pair;
import dev.mycel.core.Tensor;
import dev.mycel.junit.MycelTest;
import dev.mycel.nn.Reduction;
import dev.mycel.nn.layer.Dense;
import dev.mycel.nn.loss.SoftmaxCrossEntropyWithLogits;
import dev.mycel.optim.SGD;
import dev.mycel.train.metrics.ConfusionMatrix;
import dev.mycel.train.metrics.Metrics;
import dev.mycel.train.metrics.ROC;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A history keeps results of every form. */
@MycelTest
class HistoryFormsTest {
  private static final double ODD_NAN = Double.longBitsToDouble(0x7ff8_0000_0000_1234L);

  private static Object comesBack(Object value) {
    List<Tensor> both = HistoryForms.write(value);
    assertNotNull(both);
    return HistoryForms.read("x", both.get(0), both.get(1));
  }

  @Test
  void everyFormComesBackBitByBit() {
    double[] row = {0.1, -0.0, Double.NaN, ODD_NAN, Double.NEGATIVE_INFINITY};
    assertArrayEquals(bits(row), bits((double[]) comesBack(row)));
    double[][][] ragged = {{{1, 2}, {}}, {}, {{3}}};
    assertArrayEquals(ragged, (double[][][]) comesBack(ragged));
    ROC.Curve curve =
        new ROC.Curve(List.of(0.0, 0.5, 1.0), List.of(0.0, 1.0, 1.0), List.of(2.0, 1.0, -0.0));
    List<Object> list = List.of(1.5, 3, 1L << 60, true, List.of(curve, curve), List.of());
    assertEquals(list, comesBack(list));
  }

  private static long[] bits(double[] values) {
    return Arrays.stream(values).mapToLong(Double::doubleToRawLongBits).toArray();
  }

  @Test
  void whatHasNoFormIsNotTakenApart() {
    assertNull(HistoryForms.write(List.of(1.0, "text")));
    assertNull(HistoryForms.write(new double[][] {{1}, null}));
    assertNull(HistoryForms.write(new String[0]));
    assertNull(HistoryForms.write(new float[] {1}));
  }

  @Test
  void changedFormsAreReadOrRefused() {
    Object value =
        List.of(
            new double[] {1, 2},
            new double[][] {{3}, {4, 5}},
            List.of(new ROC.Curve(List.of(0.0), List.of(1.0), List.of(2.0)), 7, 8L, false));
    List<Tensor> both = HistoryForms.write(value);
    assertNotNull(both);
    long[] form = both.get(0).toLongArray();
    double[] numbers = both.get(1).toDoubleArray();
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    int refused = 0;
    for (int i = 0; i < 20_000; i++) {
      long[] changed =
          Arrays.copyOf(
              form, random.nextInt(3) == 0 ? random.nextInt(form.length + 2) : form.length);
      if (changed.length > 0) {
        changed[random.nextInt(changed.length)] =
            random.nextBoolean() ? random.nextLong(-2, 10) : random.nextLong();
      }
      try {
        HistoryForms.read(
            "x", Tensor.of(changed, changed.length), Tensor.of(numbers, numbers.length));
      } catch (ArgumentException e) {
        refused++;
      } catch (RuntimeException e) {
        throw new AssertionError("seed " + seed + ": " + Arrays.toString(changed), e);
      }
    }
    assertEquals(true, refused > 1000, refused + " were refused");
  }

  /** One process that trains, and what it remembers. */
  private static History fit(Path folder, int epochs, long seed) {
    Mycel.setSeed(seed);
    Dense net = new Dense(2, 3);
    History history = new History();
    Model<Tensor, Tensor, Tensor> model =
        Model.<Tensor, Tensor, Tensor>builder(net)
            .loss(new SoftmaxCrossEntropyWithLogits(true, Reduction.MEAN))
            .optimizer(new SGD(net.trainableParams(), 0.3))
            .metrics(
                Metrics.of("precision", "accuracy")
                    .and("confusion", new ConfusionMatrix(3))
                    .and("roc", new ROC()))
            .build();
    List<Pair<Tensor, Tensor>> data =
        List.of(
            new Pair<>(
                Tensor.of(new float[][] {{0, 1}, {1, 0}, {1, 1}, {0.5f, 0.2f}}),
                Tensor.of(new int[] {0, 1, 2, 1}, 4)));
    try (CheckpointManager manager = CheckpointManager.open(folder)) {
      model.fit(
          epochs,
          data,
          data,
          TrainOptions.defaults().resumeFrom(manager),
          history,
          manager.everyEpoch());
    }
    return history;
  }

  @Test
  void aResumedTrainingRemembersArraysAndCurves(@TempDir Path folder) {
    History whole = fit(folder.resolve("whole"), 4, 1);
    fit(folder.resolve("parts"), 2, 1);
    History second = fit(folder.resolve("parts"), 4, 9);
    assertEquals(List.of(1, 2, 3, 4), second.epoch());
    assertEquals(List.copyOf(whole.history().keySet()), List.copyOf(second.history().keySet()));
    whole
        .history()
        .forEach(
            (name, values) ->
                assertArrayEquals(values.toArray(), second.history().get(name).toArray(), name));
  }
}
