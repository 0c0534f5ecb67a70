package dev.mycel.checkpoint;

import static dev.mycel.junit.MycelAssertions.assertSameAfterReload;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.core.DType;
import dev.mycel.core.Mycel;
import dev.mycel.core.Ops;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;
import dev.mycel.nn.Parameter;
import dev.mycel.nn.layer.BatchNorm2d;
import dev.mycel.nn.layer.Dense;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Saving, loading, and loading into networks. */
class CheckpointTest {
  @TempDir Path folder;

  /** A layer with moving statistics between two others. */
  private static final class Net extends Cell<Tensor, Tensor> {
    private final Dense first = new Dense(3, 4);
    private final BatchNorm2d norm = new BatchNorm2d(4);
    private final Dense last = new Dense(4, 2);

    @Override
    protected Tensor construct(Tensor x) {
      return last.call(norm.call(first.call(x).reshape(-1, 4, 1, 1)).reshape(-1, 4));
    }
  }

  @BeforeEach
  void onTheDefaultBackend() {
    Mycel.setBackend("onednn");
  }

  private static float[] floats(Parameter p) {
    return p.value().toFloatArray();
  }

  @Test
  void aFreshNetworkComputesTheSameBitsAfterLoading() {
    Net net = new Net();
    Net fresh = new Net();
    Path file = Checkpoints.saveCheckpoint(net, folder.resolve("net.ckpt"));
    LoadResult result = Checkpoints.loadParamIntoNet(fresh, Checkpoints.loadCheckpoint(file));
    assertTrue(result.isComplete(), result.toString());
    Tensor x = Ops.arange(12).reshape(4, 3).cast(DType.FLOAT32);
    assertArrayEquals(net.call(x).toFloatArray(), fresh.call(x).toFloatArray());
  }

  @Test
  void namesThatDoNotMatchAreReportedOnBothSides() {
    Net net = new Net();
    Map<String, Parameter> some = new LinkedHashMap<>();
    some.put("first.weight", new Parameter(Ops.ones(4, 3), "first.weight"));
    some.put("nobody", new Parameter(Ops.ones(4, 3), "nobody"));
    LoadResult result = Checkpoints.loadParamIntoNet(net, some);
    assertEquals(List.of("nobody"), result.ckptNotLoad());
    assertEquals(net.parametersDict().size() - 1, result.paramNotLoad().size());
    assertFalse(result.paramNotLoad().contains("first.weight"));
    assertEquals(1f, floats(net.parametersDict().get("first.weight"))[0]);
  }

  @Test
  void aRefusedLoadChangesNothing() {
    Net net = new Net();
    float[] before = floats(net.parametersDict().get("first.weight"));
    Map<String, Parameter> some = new LinkedHashMap<>();
    some.put("first.weight", new Parameter(Ops.ones(4, 3), "first.weight"));
    some.put("last.weight", new Parameter(Ops.ones(7, 7), "last.weight"));
    assertThrows(RuntimeException.class, () -> Checkpoints.loadParamIntoNet(net, some));
    assertArrayEquals(before, floats(net.parametersDict().get("first.weight")));
    some.remove("last.weight");
    assertThrows(
        RuntimeException.class, () -> Checkpoints.loadParamIntoNet(net, some, LoadMode.EXACT));
    assertArrayEquals(before, floats(net.parametersDict().get("first.weight")));
  }

  @Test
  void aRenamedEntryLoads() {
    Dense dense = new Dense(2, 1);
    Path file = Checkpoints.saveCheckpoint(dense, folder.resolve("dense.ckpt"));
    Dense fresh = new Dense(2, 1);
    LoadedParameters loaded = Checkpoints.loadCheckpoint(file);
    Map<String, Parameter> renamed = new LinkedHashMap<>();
    renamed.put("weight", loaded.get("weight"));
    renamed.put("bias", loaded.get("bias"));
    assertTrue(Checkpoints.loadParamIntoNet(fresh, renamed).isComplete());
    assertArrayEquals(
        floats(dense.parametersDict().get("weight")), floats(fresh.parametersDict().get("weight")));
  }

  @Test
  void everyTypeAndEmptyTensorsComeBack() {
    Map<String, Object> entries = new LinkedHashMap<>();
    for (DType dtype : DType.values()) {
      entries.put("t." + dtype, Ops.arange(6).reshape(2, 3).cast(dtype));
      entries.put("scalar." + dtype, Ops.ones().cast(dtype));
      entries.put("empty." + dtype, Ops.zeros(0, 3).cast(dtype));
    }
    entries.put("strided", Ops.arange(6).reshape(2, 3).transpose());
    Path file =
        Checkpoints.saveCheckpoint(
            entries, folder.resolve("types.ckpt"), SaveOptions.defaults().crcCheck(true));
    LoadedParameters loaded = Checkpoints.loadCheckpoint(file);
    entries.forEach(
        (name, value) -> {
          Tensor saved = (Tensor) value;
          Tensor back = loaded.get(name).value();
          assertEquals(saved.dtype(), back.dtype(), name);
          assertEquals(saved.shape(), back.shape(), name);
          assertEquals(saved.toString(), back.toString(), name);
        });
  }

  @Test
  void saveReplacesAFileAndLeavesNoTemporaryOne() throws IOException {
    Path file = folder.resolve("dense.ckpt");
    Checkpoints.saveCheckpoint(new Dense(2, 1), file);
    Checkpoints.saveCheckpoint(new Dense(3, 1), file);
    assertEquals(3, Checkpoints.loadCheckpoint(file).get("weight").shape().dim(1));
    try (var all = Files.list(folder)) {
      assertEquals(List.of(file), all.toList());
    }
  }

  @Test
  void aScalarFitsWhereOneElementIs() {
    Dense dense = new Dense(2, 1);
    Map<String, Parameter> entries = new LinkedHashMap<>();
    entries.put("bias", new Parameter(Ops.scalar(3, DType.FLOAT32), "bias"));
    Checkpoints.loadParamIntoNet(dense, entries);
    assertArrayEquals(new float[] {3}, floats(dense.parametersDict().get("bias")));
  }

  @Test
  void anInterruptDoesNotTearAFileAndIsKept() throws IOException {
    Net net = new Net();
    Thread.currentThread().interrupt();
    Path file;
    try {
      file = Checkpoints.saveCheckpoint(net, folder.resolve("net.ckpt"));
    } finally {
      assertTrue(Thread.interrupted(), "the thread is still interrupted");
    }
    assertSameAfterReload(net);
    assertEquals(net.parametersDict().keySet(), Checkpoints.loadCheckpoint(file).keySet());
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(List.of(file), files.toList());
    }
  }
}
