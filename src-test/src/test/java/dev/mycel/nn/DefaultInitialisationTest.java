package dev.mycel.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.core.DType;
import dev.mycel.core.Fits;
import dev.mycel.core.Random;
import dev.mycel.junit.MycelTest;
import dev.mycel.nn.layer.BatchNorm1d;
import dev.mycel.nn.layer.BatchNorm2d;
import dev.mycel.nn.layer.BatchNorm3d;
import dev.mycel.nn.layer.Conv1d;
import dev.mycel.nn.layer.Conv2d;
import dev.mycel.nn.layer.Conv3d;
import dev.mycel.nn.layer.Dense;
import dev.mycel.nn.layer.Embedding;
import dev.mycel.nn.layer.GRU;
import dev.mycel.nn.layer.GRUCell;
import dev.mycel.nn.layer.GroupNorm;
import dev.mycel.nn.layer.LSTM;
import dev.mycel.nn.layer.LSTMCell;
import dev.mycel.nn.layer.LayerNorm;
import dev.mycel.nn.layer.PReLU;
import dev.mycel.nn.layer.RNN;
import dev.mycel.nn.layer.RNNCell;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.commons.math3.distribution.NormalDistribution;
import org.apache.commons.math3.distribution.UniformRealDistribution;
import org.junit.jupiter.api.Test;

/** With which values each layer starts. */
@MycelTest
class DefaultInitialisationTest {
  private static final int LAYERS = 60;

  /** The values of every parameter over many layers, by name. */
  private static Map<String, double[]> drawn(Supplier<Cell<?, ?>> layer) {
    Random.setSeed(123);
    Map<String, List<double[]>> all = new LinkedHashMap<>();
    for (int i = 0; i < LAYERS; i++) {
      for (NamedParameter p : layer.get().parametersAndNames()) {
        double[] values = p.parameter().value().cast(DType.FLOAT64).toDoubleArray();
        all.computeIfAbsent(p.name(), n -> new ArrayList<>()).add(values);
      }
    }
    Map<String, double[]> joined = new LinkedHashMap<>();
    all.forEach((n, v) -> joined.put(n, v.stream().flatMapToDouble(Arrays::stream).toArray()));
    return joined;
  }

  private static void assertUniform(double bound, Map<String, double[]> parameters, int count) {
    assertEquals(count, parameters.size(), () -> parameters.keySet().toString());
    parameters.forEach(
        (name, values) -> {
          for (double v : values) {
            assertTrue(Math.abs(v) <= bound, () -> name + ": " + v + " beyond " + bound);
          }
          Fits.assertDrawnFrom(new UniformRealDistribution(-bound, bound), values);
        });
  }

  private static void assertAll(double right, double[] values) {
    assertTrue(Arrays.stream(values).allMatch(v -> v == right));
  }

  @Test
  void denseIsUniformWithinOneOverTheRootOfItsInputs() {
    assertUniform(1 / Math.sqrt(20), drawn(() -> new Dense(20, 7)), 2);
    assertEquals(1, drawn(() -> Dense.builder(3, 2).hasBias(false).build()).size());
  }

  @Test
  void convolutionsAreUniformWithinOneOverTheRootOfTheirFan() {
    assertUniform(
        1 / Math.sqrt(4 * 5), drawn(() -> Conv1d.builder(4, 6, 5).hasBias(true).build()), 2);
    assertUniform(
        1 / Math.sqrt(2 * 9),
        drawn(() -> Conv2d.builder(4, 6, 3).group(2).hasBias(true).build()),
        2);
    assertUniform(
        1 / Math.sqrt(2 * 8), drawn(() -> Conv3d.builder(2, 3, 2).hasBias(true).build()), 2);
    assertEquals(1, drawn(() -> new Conv2d(2, 3, 3)).size());
  }

  @Test
  void embeddingsAreNormalWithAPaddingRowOfZeros() {
    double[] table = drawn(() -> new Embedding(10, 4)).get("embedding_table");
    Fits.assertDrawnFrom(new NormalDistribution(0, 0.01), table);
    double[] padded =
        drawn(() -> Embedding.builder(10, 4).paddingIdx(9).build()).get("embedding_table");
    for (int i = 0; i < padded.length; i++) {
      assertEquals(i % 40 >= 36, padded[i] == 0);
    }
  }

  @Test
  void recurrentLayersAreUniformWithinOneOverTheRootOfTheirState() {
    double bound = 1 / Math.sqrt(6);
    assertUniform(bound, drawn(() -> new RNNCell(3, 6)), 4);
    assertUniform(bound, drawn(() -> new LSTMCell(3, 6)), 4);
    assertUniform(bound, drawn(() -> new GRUCell(3, 6)), 4);
    assertUniform(bound, drawn(() -> RNN.builder(3, 6, "tanh").build()), 4);
    assertUniform(bound, drawn(() -> LSTM.builder(3, 6).bidirectional(true).build()), 8);
    assertUniform(bound, drawn(() -> GRU.builder(3, 6).numLayers(2).build()), 8);
  }

  @Test
  void normalisationsStartAsTheIdentity() {
    List<Supplier<Cell<?, ?>>> layers =
        List.of(
            () -> new BatchNorm1d(3),
            () -> new BatchNorm2d(3),
            () -> new BatchNorm3d(3),
            () -> new LayerNorm(3),
            () -> new GroupNorm(1, 3));
    for (Supplier<Cell<?, ?>> layer : layers) {
      drawn(layer)
          .forEach(
              (name, values) ->
                  assertAll(name.endsWith("gamma") || name.endsWith("variance") ? 1 : 0, values));
    }
  }

  @Test
  void pReluStartsAtAQuarter() {
    assertAll(0.25, drawn(() -> new PReLU(3, 0.25)).get("w"));
    assertAll(0.25, drawn(PReLU::new).get("w"));
  }
}
