package dev.mycel.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.checkpoint.MappingReport.Status;
import dev.mycel.checkpoint.names.NameMap;
import dev.mycel.core.Mycel;
import dev.mycel.core.Ops;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;
import dev.mycel.nn.Cell3;
import dev.mycel.nn.CellList;
import dev.mycel.nn.PadMode;
import dev.mycel.nn.Parameter;
import dev.mycel.nn.SequentialCell;
import dev.mycel.nn.WithLossCell;
import dev.mycel.nn.layer.BatchNorm1d;
import dev.mycel.nn.layer.BatchNorm2d;
import dev.mycel.nn.layer.Conv1d;
import dev.mycel.nn.layer.Conv2d;
import dev.mycel.nn.layer.Conv2dTranspose;
import dev.mycel.nn.layer.Dense;
import dev.mycel.nn.layer.Embedding;
import dev.mycel.nn.layer.GRU;
import dev.mycel.nn.layer.GRUCell;
import dev.mycel.nn.layer.GroupNorm;
import dev.mycel.nn.layer.LSTM;
import dev.mycel.nn.layer.LayerNorm;
import dev.mycel.nn.layer.MultiheadAttention;
import dev.mycel.nn.layer.PReLU;
import dev.mycel.nn.layer.RNN;
import dev.mycel.nn.layer.ReLU;
import dev.mycel.nn.layer.TransformerEncoderLayer;
import dev.mycel.nn.loss.MSELoss;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** State dicts that PyTorch wrote, loaded by the ready-made map: outputs are PyTorch's. */
class MappingTorchTest {
  private static final double TOLERANCE = 1e-5;

  @TempDir Path folder;

  @BeforeEach
  void onTheDefaultBackend() {
    Mycel.setBackend("onednn");
  }

  private static final class ConvNet extends Cell<Tensor, Tensor> {
    private final Conv2d conv =
        Conv2d.builder(2, 4, 3).padMode(PadMode.PAD).padding(1).hasBias(true).build();
    private final BatchNorm2d bn = new BatchNorm2d(4);
    private final PReLU act = new PReLU(4, 0.25);
    private final Conv2dTranspose up =
        Conv2dTranspose.builder(4, 3, 2).stride(2).padMode(PadMode.VALID).build();
    private final GroupNorm norm = new GroupNorm(3, 3);
    private final Dense fc = new Dense(3 * 8 * 8, 5);

    @Override
    protected Tensor construct(Tensor x) {
      Tensor y = norm.call(up.call(act.call(bn.call(conv.call(x)))));
      return fc.call(y.reshape(y.dim(0), -1));
    }
  }

  private static final class LineNet extends Cell<Tensor, Tensor> {
    private final SequentialCell layers =
        new SequentialCell(
            Conv1d.builder(3, 4, 3).padMode(PadMode.PAD).padding(1).hasBias(true).build(),
            new BatchNorm1d(4),
            new ReLU(),
            new Conv1d(4, 2, 1));

    @Override
    protected Tensor construct(Tensor x) {
      return layers.call(x);
    }
  }

  private static final class TextNet extends Cell<Tensor, Tensor> {
    private final Embedding embedding = new Embedding(11, 6);
    private final LSTM lstm =
        LSTM.builder(6, 4).numLayers(2).bidirectional(true).batchFirst(true).build();
    private final LayerNorm norm = LayerNorm.builder(8).epsilon(1e-5).build();
    private final Dense scores = new Dense(8, 3);

    @Override
    protected Tensor construct(Tensor ids) {
      return scores.call(norm.call(lstm.call(embedding.call(ids)).first()));
    }
  }

  private static final class RecurrentNet extends Cell<Tensor, Tensor> {
    private final GRU gru = GRU.builder(3, 4).numLayers(2).bidirectional(true).build();
    private final RNN rnn = new RNN(8, 3);
    private final GRUCell cell = new GRUCell(3, 2);

    @Override
    protected Tensor construct(Tensor x) {
      Tensor y = rnn.call(gru.call(x).first()).first();
      Tensor last = y.narrow(0, y.dim(0) - 1, 1).squeeze(0);
      return cell.call(last, Ops.zeros(Shape.of(last.dim(0), 2), y.dtype()));
    }
  }

  private static final class EncoderNet extends Cell3<Tensor, Tensor, Tensor, Tensor> {
    private final CellList<TransformerEncoderLayer> layers = new CellList<>(layer(), layer());
    private final MultiheadAttention attention =
        MultiheadAttention.builder(8, 2).kdim(5).vdim(6).batchFirst(true).build();
    private final LayerNorm norm = LayerNorm.builder(8).epsilon(1e-5).build();

    private static TransformerEncoderLayer layer() {
      return TransformerEncoderLayer.builder(8, 2)
          .dimFeedforward(12)
          .dropout(0)
          .batchFirst(true)
          .build();
    }

    @Override
    protected Tensor construct(Tensor x, Tensor key, Tensor value) {
      Tensor y = x;
      for (TransformerEncoderLayer layer : layers) {
        y = layer.call(y);
      }
      return norm.call(attention.call(y, key, value).get(0));
    }
  }

  private static final class TiedNet extends Cell<Tensor, Tensor> {
    private final Embedding embedding = new Embedding(7, 4);
    private final Scores scores = new Scores(embedding.embeddingTable());

    @Override
    protected Tensor construct(Tensor ids) {
      return scores.call(embedding.call(ids));
    }
  }

  /** Scores by the rows of a table that it shares. */
  private static final class Scores extends Cell<Tensor, Tensor> {
    private final Parameter weight;

    Scores(Parameter weight) {
      this.weight = weight;
    }

    @Override
    protected Tensor construct(Tensor x) {
      return Ops.linear(x, weight.value());
    }
  }

  // ---- outputs ----------------------------------------------------------------------------------

  private static Path file(String name) {
    return TorchSamples.goldens().resolveSibling("mapping").resolve(name);
  }

  /** The state dict of the file, without what stands beside it. */
  private static NameMap model(NameMap map) {
    return NameMap.builder().stripPrefix("model.").dropOthers().build().then(map);
  }

  private static List<Tensor> inputs(CheckpointFile file) {
    List<Tensor> inputs = new ArrayList<>();
    for (CheckpointEntry entry : file.entries()) {
      if (entry.name().startsWith("inputs.")) {
        inputs.add(file.tensor(entry.name()));
      }
    }
    return inputs;
  }

  private static void givesThePyTorchOutput(
      String name, Cell<?, ?> net, Function<List<Tensor>, Tensor> call) {
    try (CheckpointFile file = Checkpoints.open(file(name))) {
      MappingReport report =
          Checkpoints.load(file, net, model(NameMap.fromPyTorch(net)), MappingMode.STRICT);
      assertTrue(report.isComplete() && report.isLoaded(), report.toString());
      assertEquals(net.parametersDict().size(), report.matched());
      float[] expected = file.tensor("output").toFloatArray();
      float[] found = call.apply(inputs(file)).toFloatArray();
      assertEquals(expected.length, found.length);
      for (int i = 0; i < expected.length; i++) {
        assertEquals(expected[i], found[i], TOLERANCE, name + " at " + i);
      }
      comesBack(file, net);
    }
  }

  /** Under PyTorch's names again, the parameters are the entries, bit for bit. */
  private static void comesBack(CheckpointFile file, Cell<?, ?> net) {
    Map<String, Tensor> back = NameMap.toPyTorch(net).apply(net.parametersDict());
    List<String> names = new ArrayList<>();
    for (CheckpointEntry entry : file.entries()) {
      if (entry.name().startsWith("model.")) {
        String name = entry.name().substring("model.".length());
        names.add(name);
        SafetensorsTest.assertSame(name, file.tensor(entry.name()), back.get(name));
      }
    }
    assertEquals(names.stream().sorted().toList(), back.keySet().stream().sorted().toList());
  }

  @Test
  void convolutionsAndTheirNormsComputeAsInPyTorch() {
    ConvNet net = new ConvNet();
    givesThePyTorchOutput("conv.pt", net, in -> net.call(in.get(0)));
    LineNet line = new LineNet();
    givesThePyTorchOutput("line.pt", line, in -> line.call(in.get(0)));
  }

  @Test
  void recurrentLayersComputeAsInPyTorch() {
    TextNet text = new TextNet();
    givesThePyTorchOutput("text.pt", text, in -> text.call(in.get(0)));
    RecurrentNet recurrent = new RecurrentNet();
    givesThePyTorchOutput("recurrent.pt", recurrent, in -> recurrent.call(in.get(0)));
  }

  @Test
  void transformersComputeAsInPyTorch() {
    EncoderNet net = new EncoderNet();
    givesThePyTorchOutput("encoder.pt", net, in -> net.call(in.get(0), in.get(1), in.get(2)));
  }

  @Test
  void aTiedTableIsLoadedOnceAndSavedUnderBothNames() {
    TiedNet net = new TiedNet();
    givesThePyTorchOutput("tied.pt", net, in -> net.call(in.get(0)));
    NameMap one = NameMap.builder().drop("scores.weight").build();
    TiedNet again = new TiedNet();
    NameMap map = model(one.then(NameMap.fromPyTorch(again)));
    assertTrue(Checkpoints.load(file("tied.pt"), again, map, MappingMode.STRICT).isComplete());
    assertEquals(
        List.of("embedding.weight", "scores.weight"),
        List.copyOf(NameMap.toPyTorch(again).apply(again.parametersDict()).keySet()));
  }

  @Test
  void wrappersThatLeaveNamesAloneAreNoModules() {
    Cell<?, ?> wrapped = new WithLossCell<>(new ConvNet(), new MSELoss());
    NameMap map = model(NameMap.fromPyTorch(wrapped));
    assertTrue(Checkpoints.load(file("conv.pt"), wrapped, map, MappingMode.STRICT).isComplete());
  }

  /** Three layers of their own where PyTorch's attention has one matrix. */
  private static final class Projections extends Cell<Tensor, Tensor> {
    private final Dense query = new Dense(8, 8);
    private final Dense key = new Dense(8, 8);
    private final Dense value = new Dense(8, 8);

    @Override
    protected Tensor construct(Tensor x) {
      return Ops.concat(List.of(query.call(x), key.call(x), value.call(x)), -1);
    }
  }

  @Test
  void aFusedProjectionBecomesThreeLayersAndOneAgain() {
    NameMap map =
        NameMap.parse(
            """
            split model.layers.0.self_attn.in_proj_* -> query.* key.* value.* axis 0
            others drop
            """);
    Projections net = new Projections();
    MappingReport report = Checkpoints.load(file("encoder.pt"), net, map, MappingMode.STRICT);
    assertEquals(6, report.matched());
    Map<String, Tensor> fused = map.inverse().apply(net.parametersDict());
    try (CheckpointFile file = Checkpoints.open(file("encoder.pt"))) {
      assertEquals(2, fused.size());
      fused.forEach((name, value) -> SafetensorsTest.assertSame(name, file.tensor(name), value));
    }
  }

  // ---- refusals ---------------------------------------------------------------------------------

  private static Map<String, Tensor> snapshot(Cell<?, ?> net) {
    return NameMap.identity().apply(net.parametersDict());
  }

  private static void assertUnchanged(Map<String, Tensor> before, Cell<?, ?> net) {
    Map<String, Tensor> now = snapshot(net);
    assertEquals(before.keySet(), now.keySet());
    before.forEach((name, value) -> SafetensorsTest.assertSame(name, value, now.get(name)));
  }

  @Test
  void aRefusedLoadChangesNothing() {
    TextNet net = new TextNet();
    Map<String, Tensor> before = snapshot(net);
    NameMap map = NameMap.fromPyTorch(net);
    MappingException names =
        assertThrows(
            MappingException.class,
            () -> Checkpoints.load(file("conv.pt"), net, model(map), MappingMode.STRICT));
    assertEquals(0, names.report().matched());
    NameMap wrong =
        NameMap.builder()
            .drop("model.embedding.weight")
            .name("model.scores.weight", "model.embedding.weight")
            .build()
            .then(model(map));
    for (MappingMode mode : List.of(MappingMode.STRICT, MappingMode.LENIENT)) {
      MappingException shapes =
          assertThrows(
              MappingException.class, () -> Checkpoints.load(file("text.pt"), net, wrong, mode));
      assertEquals(1, shapes.report().count(Status.SHAPE));
    }
    MappingReport dry = Checkpoints.load(file("text.pt"), net, wrong, MappingMode.DRY_RUN);
    assertTrue(!dry.isLoaded() && dry.matched() > 10, dry.toString());
    assertUnchanged(before, net);
  }

  @Test
  void aContentThatIsDamagedAtTheEndChangesNothing() throws IOException {
    TextNet net = new TextNet();
    Map<String, Tensor> before = snapshot(net);
    byte[] bytes = Files.readAllBytes(file("text.pt"));
    byte[] bias;
    try (CheckpointFile file = Checkpoints.open(file("text.pt"))) {
      ByteBuffer content = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
      content.asFloatBuffer().put(file.tensor("model.scores.bias").toFloatArray());
      bias = content.array();
    }
    int at = 0;
    while (!Arrays.equals(bytes, at, at + 12, bias, 0, 12)) {
      at++;
    }
    bytes[at] ^= 1;
    Path damaged = Files.write(folder.resolve("damaged.pt"), bytes);
    CheckpointException e =
        assertThrows(
            CheckpointException.class,
            () ->
                Checkpoints.load(
                    damaged, net, model(NameMap.fromPyTorch(net)), MappingMode.STRICT));
    assertTrue(e.getMessage().contains("check sum"), e.getMessage());
    assertUnchanged(before, net);
  }

  @Test
  void lenientLeavesWhatHasNoCounterpartAndNothingElseIsRead() {
    TextNet net = new TextNet();
    Map<String, Tensor> before = snapshot(net);
    NameMap head = NameMap.builder().replacePrefix("model.scores.", "model.head.").build();
    MappingReport report =
        Checkpoints.load(
            file("text.pt"), net, head.then(model(NameMap.fromPyTorch(net))), MappingMode.LENIENT);
    assertEquals(2, report.count(Status.MISSING));
    assertEquals(2, report.count(Status.UNEXPECTED));
    assertEquals("model.scores.weight", report.rows(Status.MISSING).get(0).entry());
    assertEquals(
        "model.scores.weight",
        report.rows(Status.MISSING).get(0).nearest().get(0),
        "its form counts");
    assertEquals("scores.weight", report.rows(Status.UNEXPECTED).get(0).nearest().get(0));
    Map<String, Tensor> now = snapshot(net);
    SafetensorsTest.assertSame("scores", before.get("scores.weight"), now.get("scores.weight"));
    try (CheckpointFile file = Checkpoints.open(file("text.pt"))) {
      SafetensorsTest.assertSame("norm", file.tensor("model.norm.weight"), now.get("norm.gamma"));
    }
  }
}
