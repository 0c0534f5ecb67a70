package dev.mycel.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.checkpoint.MappingReport.Status;
import dev.mycel.checkpoint.names.NameMap;
import dev.mycel.core.ArgumentException;
import dev.mycel.core.DType;
import dev.mycel.core.Mycel;
import dev.mycel.core.Ops;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;
import dev.mycel.nn.Parameter;
import dev.mycel.nn.layer.BatchNorm2d;
import dev.mycel.nn.layer.Dense;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a load through a map of names says, and what it refuses. */
class MappingReportTest {
  @TempDir Path folder;

  @BeforeEach
  void onTheDefaultBackend() {
    Mycel.setBackend("onednn");
  }

  private static final class Net extends Cell<Tensor, Tensor> {
    private final BatchNorm2d bn = new BatchNorm2d(4);
    private final Dense fc = new Dense(4, 2);
    private final Dense head = Dense.builder(2, 3).hasBias(false).build();

    @Override
    protected Tensor construct(Tensor x) {
      return head.call(fc.call(bn.call(x).mean(2, 3)));
    }
  }

  private static Map<String, Parameter> entries() {
    Map<String, Parameter> entries = new LinkedHashMap<>();
    put(entries, "bn.weight", DType.FLOAT32, 4);
    put(entries, "bn.bias", DType.FLOAT64, 4);
    put(entries, "bn.running_mean", DType.INT32, 4);
    put(entries, "bn.running_var", DType.FLOAT32, 4);
    put(entries, "bn.num_batches_tracked", DType.INT64);
    put(entries, "fc.weight", DType.FLOAT32, 2, 5);
    put(entries, "fc.bias", DType.FLOAT16, 2);
    put(entries, "classifier.weight", DType.FLOAT32, 3, 2);
    put(entries, "queue\u001b[2J\u202e", DType.FLOAT32, 1);
    return entries;
  }

  private static void put(Map<String, Parameter> map, String name, DType type, long... dims) {
    map.put(name, new Parameter(Ops.ones(Shape.of(dims), type), name));
  }

  @Test
  void theTableSaysWhatBecameOfEachName() {
    Net net = new Net();
    MappingReport report =
        Checkpoints.load(entries(), net, NameMap.fromPyTorch(net), MappingMode.DRY_RUN);
    assertEquals(
        """
        9 entries onto Net (7 parameters): 4 matched, of them 2 converted; 1 missing, 2 unexpected, 1 of another shape, 1 unfit; 1 dropped; nothing was loaded
          status      parameter           expects         entry              has             note
          missing     head.weight         float32 (3, 2)  head.weight        -               nearest: classifier.weight
          unexpected  -                   -               classifier.weight  float32 (3, 2)  nearest: head.weight
          unexpected  -                   -               queue?[2J?         float32 (1,)
          shape       fc.weight           float32 (2, 4)  fc.weight          float32 (2, 5)
          unfit       bn.moving_mean      float32 (4,)    bn.running_mean    int32 (4,)      only floats, or signed integers, are cast
          converted   bn.beta             float32 (4,)    bn.bias            float64 (4,)
          converted   fc.bias             float32 (2,)    fc.bias            float16 (2,)
          matched     bn.moving_variance  float32 (4,)    bn.running_var     float32 (4,)
          matched     bn.gamma            float32 (4,)    bn.weight          float32 (4,)""",
        report.toString());
    assertEquals(List.of("bn.num_batches_tracked"), report.dropped());
    assertFalse(report.isComplete());
    assertTrue(report.table(1).contains("and 1 more"), report.table(1));
  }

  @Test
  void aRefusalCarriesTheReportAndSaysWhatToDo() {
    Net net = new Net();
    NameMap map = NameMap.fromPyTorch(net);
    MappingException e =
        assertThrows(
            MappingException.class,
            () -> Checkpoints.load(entries(), net, map, MappingMode.STRICT));
    assertTrue(
        e.getMessage().startsWith("load: the checkpoint does not fit the network; nothing was"),
        e.getMessage());
    assertTrue(e.getMessage().contains("nearest: classifier.weight"), e.getMessage());
    assertTrue(e.getMessage().contains("drop entries that should stay out by a rule"));
    assertFalse(e.getMessage().contains("bn.gamma"), "matches are no news");
    assertEquals(1, e.report().count(Status.SHAPE));
  }

  @Test
  void valuesAreCastToTheTypesOfTheNetwork() {
    Net net = new Net();
    Map<String, Parameter> entries = entries();
    put(entries, "bn.running_mean", DType.FLOAT64, 4);
    put(entries, "fc.weight", DType.BFLOAT16, 4, 2);
    NameMap map =
        NameMap.parse("name classifier.* -> head.*\nname fc.weight -> fc.weight transpose")
            .then(NameMap.fromPyTorch(net));
    MappingReport report = Checkpoints.load(entries, net, map, MappingMode.LENIENT);
    assertEquals(7, report.matched());
    assertEquals(4, report.count(Status.CONVERTED));
    net.getParameters()
        .forEach(
            p -> {
              assertEquals(DType.FLOAT32, p.dtype());
              for (float value : p.value().toFloatArray()) {
                assertEquals(1, value);
              }
            });
    assertEquals(
        "transpose",
        report.rows(Status.CONVERTED).stream()
            .filter(row -> "fc.weight".equals(row.parameter()))
            .findFirst()
            .orElseThrow()
            .note());
  }

  @Test
  void aRuleWhoseValueDoesNotFitIsReportedAndNotThrown() {
    Net net = new Net();
    NameMap map = NameMap.parse("name fc.bias -> fc.bias transpose").then(NameMap.fromPyTorch(net));
    MappingReport report = Checkpoints.load(entries(), net, map, MappingMode.DRY_RUN);
    MappingReport.Row row =
        report.rows(Status.UNFIT).stream()
            .filter(r -> "fc.bias".equals(r.parameter()))
            .findFirst()
            .orElseThrow();
    assertEquals("transpose needs 2 axes, not those of (2,)", row.note());
  }

  @Test
  void typesThatCannotBeLoadedMatterOnlyWhereTheyAreWanted() {
    Path file = TorchSamples.goldens().resolve("more").resolve("protocol2.pt");
    Cell<Tensor, Tensor> net = new Dense(4, 2);
    NameMap map = NameMap.builder().name("complex", "bias").build();
    try (CheckpointFile open = Checkpoints.open(file)) {
      MappingReport dry = Checkpoints.load(open, net, map, MappingMode.DRY_RUN);
      assertEquals(1, dry.count(Status.UNFIT));
      assertTrue(
          dry.rows(Status.UNFIT).get(0).note().contains("complex64 cannot be loaded"),
          dry.toString());
      MappingReport other = Checkpoints.load(open, net, NameMap.identity(), MappingMode.LENIENT);
      assertEquals(0, other.matched());
    }
  }

  // ---- maps from files --------------------------------------------------------------------------

  private void refuses(String part, String text) throws IOException {
    Path file = folder.resolve("names.map");
    Files.write(file, text.getBytes(StandardCharsets.ISO_8859_1));
    CheckpointException e =
        assertThrows(CheckpointException.class, () -> Checkpoints.readNameMap(file));
    assertTrue(e.getMessage().contains(part), e.getMessage());
    assertTrue(e.getMessage().startsWith("readNameMap: "), e.getMessage());
    assertTrue(e.getMessage().contains(file.toString()), e.getMessage());
  }

  @Test
  void aMapIsReadFromAFileAndRefusedWithItsLine() throws IOException {
    Path file = folder.resolve("names.map");
    Files.writeString(file, "\ufeff# from a larger model\r\nstrip backbone.\r\n");
    assertEquals("prefix backbone. -> \"\"", Checkpoints.readNameMap(file).toString());
    refuses("line 2: '->' is missing", "drop a\nname b c\n");
    refuses("no text in UTF-8", "name a -> \u00e9\n");
    refuses("more than 1048576 bytes", "#".repeat(1 << 21));
    CheckpointException e =
        assertThrows(
            CheckpointException.class, () -> Checkpoints.readNameMap(folder.resolve("none")));
    assertTrue(e.getMessage().contains("cannot be read"), e.getMessage());
  }

  @Test
  void aNullInTheMapIsRefused() {
    Map<String, Parameter> entries = new LinkedHashMap<>();
    entries.put("weight", null);
    assertThrows(
        ArgumentException.class,
        () -> Checkpoints.load(entries, new Dense(1, 1), NameMap.identity(), MappingMode.DRY_RUN));
  }
}
