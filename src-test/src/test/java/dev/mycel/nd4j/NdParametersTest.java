package dev.mycel.nd4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.checkpoint.CheckpointFile;
import dev.mycel.checkpoint.Checkpoints;
import dev.mycel.checkpoint.MappingException;
import dev.mycel.checkpoint.MappingMode;
import dev.mycel.checkpoint.MappingReport;
import dev.mycel.checkpoint.MappingReport.Status;
import dev.mycel.checkpoint.names.NameMap;
import dev.mycel.core.ArgumentException;
import dev.mycel.core.DType;
import dev.mycel.core.Mycel;
import dev.mycel.core.Ops;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;
import dev.mycel.nn.PadMode;
import dev.mycel.nn.SequentialCell;
import dev.mycel.nn.layer.BatchNorm2d;
import dev.mycel.nn.layer.Conv1d;
import dev.mycel.nn.layer.Conv2d;
import dev.mycel.nn.layer.Conv2dTranspose;
import dev.mycel.nn.layer.Dense;
import dev.mycel.nn.layer.Embedding;
import dev.mycel.nn.layer.Flatten;
import dev.mycel.nn.layer.LSTM;
import dev.mycel.nn.layer.LayerNorm;
import dev.mycel.nn.layer.MaxPool2d;
import dev.mycel.nn.layer.PReLU;
import dev.mycel.nn.layer.RNN;
import dev.mycel.nn.layer.ReLU;
import dev.mycel.nn.layer.Tanh;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * DL4J's tables of parameters are loaded by the ready-made map: outputs are those that DL4J itself
 * gave, or that the same formulas give on plain arrays.
 */
class NdParametersTest {
  private static final float TOLERANCE = 1e-5f;

  @BeforeEach
  void onTheDefaultBackend() {
    Mycel.setBackend("onednn");
  }

  // ---- networks of DL4J -------------------------------------------------------------------------

  /** A table with what {@code MakeDl4j} wrote beside it: the input and the output. */
  private record Golden(Map<String, INDArray> table, Tensor x, Tensor y) {}

  private static Golden golden(String name) {
    Map<String, INDArray> table = new LinkedHashMap<>();
    try (CheckpointFile file = Checkpoints.open(resource("/dl4j/" + name + ".npz"))) {
      file.entries().forEach(e -> table.put(e.name(), NdArrays.toINDArray(file.tensor(e.name()))));
    }
    Tensor x = NdArrays.toTensor(Objects.requireNonNull(table.remove("x")));
    Tensor y = NdArrays.toTensor(Objects.requireNonNull(table.remove("y")));
    return new Golden(table, x, y);
  }

  private static Path resource(String name) {
    try {
      return Path.of(Objects.requireNonNull(NdParametersTest.class.getResource(name)).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static MappingReport load(Map<String, INDArray> table, Cell<?, ?> net, MappingMode mode) {
    return load(table, net, NameMap.identity(), mode);
  }

  private static MappingReport load(
      Map<String, INDArray> table, Cell<?, ?> net, NameMap first, MappingMode mode) {
    Map<String, Tensor> entries = NdParameters.entries(table);
    NameMap map = first.then(NameMap.fromDl4j(net, entries.keySet()));
    return Checkpoints.load(entries, net, map, mode);
  }

  /** As they lie in DL4J: columns first, and in earlier versions biases as rows. */
  private static Map<String, INDArray> laidOut(Map<String, INDArray> table, boolean rows) {
    Map<String, INDArray> all = new LinkedHashMap<>();
    table.forEach(
        (name, array) -> {
          INDArray columnsFirst = array.dup('f');
          all.put(
              name, rows && array.rank() == 1 ? array.reshape(1, array.length()) : columnsFirst);
        });
    return all;
  }

  private static void givesDl4jsOutput(String name, Cell<?, ?> net, UnaryOperator<Tensor> call) {
    givesDl4jsOutput(name, net, NameMap.identity(), call);
  }

  private static void givesDl4jsOutput(
      String name, Cell<?, ?> net, NameMap first, UnaryOperator<Tensor> call) {
    Golden golden = golden(name);
    net.setTrain(false);
    for (boolean rows : new boolean[] {false, true}) {
      net.parametersDict().forEach((n, p) -> p.setData(Ops.zeros(p.shape(), p.dtype())));
      MappingReport report = load(laidOut(golden.table(), rows), net, first, MappingMode.STRICT);
      assertTrue(report.isComplete() && report.isLoaded(), report.toString());
      Tensor found = call.apply(golden.x());
      assertEquals(golden.y().shape(), found.shape());
      assertArrayEquals(golden.y().toFloatArray(), found.toFloatArray(), TOLERANCE, name);
    }
  }

  private static SequentialCell image() {
    return new SequentialCell(
        Conv2d.builder(1, 2, 3).padMode(PadMode.SAME).hasBias(true).build(),
        new BatchNorm2d(2),
        new ReLU(),
        new MaxPool2d(2, 2),
        new Flatten(),
        new Dense(12, 5),
        new Tanh(),
        new Dense(5, 3));
  }

  @Test
  void convolutionsNormsAndDenseLayers() {
    SequentialCell net = image();
    givesDl4jsOutput("image", net, net::call);
    givesDl4jsOutput("image-log", net, net::call);
  }

  @Test
  void transposedConvolutions() {
    SequentialCell net =
        new SequentialCell(
            Conv2dTranspose.builder(2, 3, 2).stride(2).padMode(PadMode.VALID).hasBias(true).build(),
            new Flatten(),
            new Dense(72, 2));
    givesDl4jsOutput("transposed", net, net::call);
  }

  /** A layer over [N, features, T], as DL4J has it, with one that takes the features last. */
  private static Tensor atEachStep(Dense dense, Tensor x) {
    return dense.call(x.transpose(0, 2, 1)).transpose(0, 2, 1);
  }

  @Test
  void convolutionsOverALineByARuleForTheirWeights() {
    Dense dense = new Dense(4, 2);
    Conv1d conv = Conv1d.builder(3, 4, 3).padMode(PadMode.SAME).hasBias(true).build();
    SequentialCell net = new SequentialCell(conv, dense);
    var missing =
        assertThrows(
            MappingException.class, () -> load(golden("line").table(), net, MappingMode.STRICT));
    assertEquals(1, missing.report().count(Status.MISSING), missing::getMessage);
    NameMap weights =
        NameMap.parse("name 0_W -> 0.weight reshape 3,3,4 permute 2,1,0 expand 2"); // [k, in, out]
    givesDl4jsOutput("line", net, weights, x -> atEachStep(dense, conv.call(x)));
  }

  private static final class Sequence extends Cell<Tensor, Tensor> {
    private final LSTM lstm = LSTM.builder(3, 4).batchFirst(true).build();
    private final RNN rnn = RNN.builder(4, 3).batchFirst(true).build();
    private final Dense dense = new Dense(3, 2);

    @Override
    protected Tensor construct(Tensor x) {
      Tensor y = lstm.call(x.transpose(0, 2, 1)).first();
      return dense.call(rnn.call(y).first()).transpose(0, 2, 1);
    }
  }

  @Test
  void recurrentLayersWithTheirGatesInOurOrder() {
    Sequence net = new Sequence();
    givesDl4jsOutput("sequence", net, net::call);
  }

  @Test
  void bothDirections() {
    LSTM lstm = LSTM.builder(3, 2).batchFirst(true).bidirectional(true).build();
    Dense dense = new Dense(4, 2);
    Cell<Tensor, Tensor> net = new BothWays(lstm, dense);
    givesDl4jsOutput("both", net, net::call);
  }

  private static final class BothWays extends Cell<Tensor, Tensor> {
    private final LSTM lstm;
    private final Dense dense;

    BothWays(LSTM lstm, Dense dense) {
      this.lstm = lstm;
      this.dense = dense;
    }

    @Override
    protected Tensor construct(Tensor x) {
      return dense.call(lstm.call(x.transpose(0, 2, 1)).first()).transpose(0, 2, 1);
    }
  }

  @Test
  void embeddingsAreNotTransposedThoughTheyAreSquare() {
    SequentialCell net = new SequentialCell(new Embedding(6, 6), new Dense(6, 2));
    givesDl4jsOutput("words", net, x -> net.call(x.cast(DType.INT32).squeeze(1)));
  }

  // ---- formulas on plain arrays -----------------------------------------------------------------

  private static INDArray random(long... shape) {
    return Nd4j.rand(DataType.FLOAT, shape).sub(0.5);
  }

  private static float[] flat(INDArray array) {
    return array.dup('c').reshape(array.length()).toFloatVector();
  }

  @Test
  void aDenseLayerGivesTheRowsOfTheProduct() {
    Nd4j.getRandom().setSeed(11);
    INDArray weight = random(4, 3).dup('f');
    INDArray bias = random(1, 3);
    SequentialCell net = new SequentialCell(new Dense(4, 3));
    load(Map.of("0_W", weight, "0_b", bias), net, MappingMode.STRICT);
    INDArray x = random(5, 4);
    float[] right = flat(x.mmul(weight).addRowVector(bias));
    assertArrayEquals(right, net.call(NdArrays.toTensor(x)).toFloatArray(), TOLERANCE);
  }

  /** One step from zero states: c = i * tanh(z), h = o * tanh(c), of the columns z, f, o, i. */
  @Test
  void anLstmTakesTheCandidateFirstAndTheInputGateLast() {
    Nd4j.getRandom().setSeed(12);
    INDArray weight = random(3, 8).dup('f');
    INDArray recurrent = random(2, 8).dup('f');
    INDArray bias = random(1, 8);
    INDArray x = random(1, 3);
    INDArray h = Nd4j.zeros(DataType.FLOAT, 1, 2);
    INDArray c = h;
    List<Float> right = new ArrayList<>();
    for (int step = 0; step < 3; step++) {
      INDArray all = x.mmul(weight).add(h.mmul(recurrent)).addRowVector(bias);
      INDArray forget = Transforms.sigmoid(columns(all, 1));
      INDArray input = Transforms.sigmoid(columns(all, 3));
      c = forget.mul(c).add(input.mul(Transforms.tanh(columns(all, 0))));
      h = Transforms.sigmoid(columns(all, 2)).mul(Transforms.tanh(c));
      for (float v : flat(h)) {
        right.add(v);
      }
    }
    LSTM lstm = new LSTM(3, 2);
    load(Map.of("0_W", weight, "0_RW", recurrent, "0_b", bias), lstm, MappingMode.STRICT);
    Tensor steps = Ops.stack(Collections.nCopies(3, NdArrays.toTensor(x)), 0);
    float[] found = lstm.call(steps).first().toFloatArray();
    assertEquals(6, found.length);
    for (int i = 0; i < found.length; i++) {
      assertEquals(right.get(i), found[i], TOLERANCE);
    }
  }

  private static INDArray columns(INDArray all, int block) {
    return all.get(NDArrayIndex.all(), NDArrayIndex.interval(2 * block, 2 * block + 2)).dup('c');
  }

  // ---- names ------------------------------------------------------------------------------------

  private static Map<String, INDArray> dense(String layer, double weight) {
    return Map.of(
        layer + "_W", Nd4j.valueArrayOf(new long[] {2, 2}, weight, DataType.FLOAT),
        layer + "_b", Nd4j.zeros(DataType.FLOAT, 2));
  }

  @Test
  void layersAreTakenByTheirNumbersNotByTheOrderOfTheMap() {
    Map<String, INDArray> table = new LinkedHashMap<>(dense("10", 3));
    table.putAll(dense("9", 2));
    table.putAll(dense("0", 1));
    SequentialCell net = new SequentialCell(new Dense(2, 2), new Dense(2, 2), new Dense(2, 2));
    load(table, net, MappingMode.STRICT);
    List<Float> firsts = new ArrayList<>();
    net.parametersDict().forEach((n, p) -> firsts.add(p.value().toFloatArray()[0]));
    assertEquals(List.of(1f, 0f, 2f, 0f, 3f, 0f), firsts);
  }

  @Test
  void layersWithNamesAreTakenInTheOrderOfTheMap() {
    Map<String, INDArray> table = new LinkedHashMap<>(dense("hidden_one", 1));
    table.putAll(dense("a", 2));
    SequentialCell net = new SequentialCell(new Dense(2, 2), new Dense(2, 2));
    load(table, net, MappingMode.STRICT);
    assertEquals(1, net.parametersDict().get("0.weight").value().toFloatArray()[0]);
    assertEquals(2, net.parametersDict().get("1.weight").value().toFloatArray()[0]);
  }

  @Test
  void everythingElseGoesByReportAndMode() {
    Golden golden = golden("image");
    SequentialCell net = image();
    Map<String, INDArray> table = new LinkedHashMap<>(golden.table());
    table.remove("5_b");
    table.put("6_W", Nd4j.ones(DataType.FLOAT, 3, 2));
    float[] before = net.parametersDict().get("7.bias").value().toFloatArray();
    MappingReport dry = load(table, net, MappingMode.DRY_RUN);
    assertFalse(dry.isLoaded());
    assertEquals("5_b", dry.rows(Status.MISSING).get(0).entry());
    assertEquals("6_W", dry.rows(Status.UNEXPECTED).get(0).entry());
    var e = assertThrows(MappingException.class, () -> load(table, net, MappingMode.STRICT));
    assertTrue(e.getMessage().contains("5_b"), e::getMessage);
    MappingReport lenient = load(table, net, MappingMode.LENIENT);
    assertTrue(lenient.isLoaded());
    assertArrayEquals(before, net.parametersDict().get("7.bias").value().toFloatArray());
    table.put("4_W", Nd4j.ones(DataType.FLOAT, 11, 5));
    assertThrows(MappingException.class, () -> load(table, net, MappingMode.LENIENT));
  }

  @Test
  void theWayBackGivesDl4jsValues() {
    for (String name : List.of("image", "image-log", "sequence")) {
      Golden golden = golden(name);
      Cell<?, ?> net = name.equals("sequence") ? new Sequence() : image();
      load(golden.table(), net, MappingMode.STRICT);
      NameMap map = NameMap.fromDl4j(net, golden.table().keySet());
      Map<String, Tensor> back = map.inverse().apply(net.parametersDict());
      assertEquals(golden.table().keySet(), back.keySet());
      golden
          .table()
          .forEach(
              (n, array) ->
                  assertArrayEquals(
                      flat(array), Objects.requireNonNull(back.get(n)).toFloatArray(), 1e-6f, n));
    }
  }

  @Test
  void aSlopeForEachChannelAndStackedLayersFit() {
    Map<String, INDArray> table = new LinkedHashMap<>();
    table.put("0_W", Nd4j.createFromArray(0.1f, 0.2f).reshape(2, 1, 1));
    for (int k = 1; k <= 2; k++) {
      table.put(k + "_W", Nd4j.ones(DataType.FLOAT, 2, 8));
      table.put(k + "_RW", Nd4j.ones(DataType.FLOAT, 2, 8));
      table.put(k + "_b", Nd4j.valueArrayOf(new long[] {8}, k, DataType.FLOAT));
    }
    PReLU slope = new PReLU(2, 0.25);
    LSTM lstm = LSTM.builder(2, 2).numLayers(2).build();
    MappingReport report = load(table, new SlopeAndLstm(slope, lstm), MappingMode.STRICT);
    assertEquals(9, report.matched());
    assertEquals(2, lstm.parametersDict().get("bias_ih_l1").value().toFloatArray()[0]);
  }

  private static final class SlopeAndLstm extends Cell<Tensor, Tensor> {
    private final PReLU slope;
    private final LSTM lstm;

    SlopeAndLstm(PReLU slope, LSTM lstm) {
      this.slope = slope;
      this.lstm = lstm;
    }

    @Override
    protected Tensor construct(Tensor x) {
      return lstm.call(slope.call(x)).first();
    }
  }

  // ---- refusals ---------------------------------------------------------------------------------

  @Test
  void cellsThatDl4jDoesNotHaveAreRefusedByName() {
    SequentialCell net = new SequentialCell(new Dense(2, 2), LayerNorm.builder(2).build());
    var e =
        assertThrows(
            ArgumentException.class, () -> NameMap.fromDl4j(net, List.of("0_W", "1_g", "x")));
    assertTrue(e.getMessage().contains("no layer like LayerNorm"), e::getMessage);
    assertTrue(e.getMessage().contains("next layer  1"), e::getMessage);
  }

  @Test
  void anLstmWithPeepholesDoesNotFit() {
    Map<String, INDArray> table =
        Map.of("0_W", random(3, 8), "0_RW", random(2, 11), "0_b", random(8)); // a GravesLSTM's
    var e =
        assertThrows(
            MappingException.class, () -> load(table, new LSTM(3, 2), MappingMode.LENIENT));
    assertTrue(e.getMessage().contains("is not 4 blocks"), e::getMessage);
  }

  @Test
  @SuppressWarnings("NullAway")
  void anArrayThatCannotBeReadIsNamed() {
    Map<String, INDArray> table = new LinkedHashMap<>();
    INDArray closed = random(2, 2);
    closed.close();
    table.put("3_W", closed);
    var e = assertThrows(ArgumentException.class, () -> NdParameters.entries(table));
    assertTrue(e.getMessage().startsWith("NdParameters: '3_W': the array has been closed"));
    table.put("3_W", null);
    var none = assertThrows(ArgumentException.class, () -> NdParameters.entries(table));
    assertTrue(none.getMessage().contains("3_W"), none::getMessage);
    assertThrows(ArgumentException.class, () -> NdParameters.entries(null));
  }

  @Test
  void shapesStayAsTheyAreBeforeTheyAreMapped() {
    Tensor bias =
        NdParameters.entries(Map.of("0_b", Nd4j.create(new float[][] {{1, 2, 3}}))).get("0_b");
    assertEquals(Shape.of(1, 3), Objects.requireNonNull(bias).shape());
  }
}
