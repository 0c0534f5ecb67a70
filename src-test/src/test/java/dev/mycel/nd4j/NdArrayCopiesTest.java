package dev.mycel.nd4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.checkpoint.Checkpoints;
import dev.mycel.core.DType;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Layout;
import dev.mycel.core.Mycel;
import dev.mycel.core.Scope;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.memory.conf.WorkspaceConfiguration;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Arrays that do not lie row-major are copied in one pass, however their elements lie. */
class NdArrayCopiesTest {
  @AfterEach
  void onTheDefaultBackend() {
    Mycel.setBackend("onednn");
  }

  /** Different numbers up to 2^24, which float32 holds. */
  private static INDArray numbers(long... shape) {
    return Nd4j.arange(Shape.of(shape).size()).castTo(DataType.FLOAT).reshape(shape);
  }

  private static double[] values(INDArray array) {
    return array.dup('c').castTo(DataType.DOUBLE).reshape(array.length()).toDoubleVector();
  }

  /** Arrays without gaps; the large ones take several pieces of a mebibyte. */
  private static Map<String, INDArray> dense() {
    Map<String, INDArray> arrays = new LinkedHashMap<>();
    arrays.put("'f' order", numbers(700, 613).dup('f'));
    arrays.put("a transpose", numbers(613, 700).transpose());
    arrays.put("channels last", numbers(3, 40, 50, 70).permute(0, 3, 1, 2));
    arrays.put("extents of one", numbers(1, 90, 1, 80).permute(3, 0, 1, 2));
    arrays.put("a small transpose", numbers(3, 2).transpose());
    arrays.put("whole rows", numbers(20, 30).get(NDArrayIndex.interval(5, 15)).transpose());
    return arrays;
  }

  @ParameterizedTest
  @ValueSource(strings = {"reference", "onednn", "nd4j"})
  void arraysWithoutGapsKeepTheOrderOfTheirAxes(String backend) {
    Mycel.setBackend(backend);
    dense()
        .forEach(
            (name, array) -> {
              Tensor x = NdArrays.toTensor(array);
              assertEquals(Shape.of(array.shape()), x.shape(), name);
              assertArrayEquals(values(array), x.toDoubleArray(), name);
              Layout given = Layout.of(x.shape(), array.stride(), 0);
              Layout found = Interpreters.root().layout(Interpreters.readable(x));
              assertTrue(found.isDense() && found.sameStrides(given), () -> name + ": " + found);
            });
  }

  @ParameterizedTest
  @ValueSource(strings = {"reference", "onednn", "nd4j"})
  void whatFollowsDoesNotSeeTheOrder(String backend, @TempDir Path folder) {
    Mycel.setBackend(backend);
    INDArray array = numbers(40, 30).dup('f');
    Tensor x = NdArrays.toTensor(array);
    Tensor plain = NdArrays.toTensor(array.dup('c'));
    assertTrue(x.sameAs(plain) && plain.sameAs(x));
    assertTrue(x.add(plain).sameAs(plain.mul(2)));
    assertTrue(x.reshape(30, 40).sameAs(plain.reshape(30, 40)));
    assertTrue(x.sum(1).sameAs(plain.sum(1)), "whole numbers are added exactly");
    Tensor few = x.div(1024);
    assertTrue(few.matmul(few.transpose(1, 0)).sameAs(few.matmul(plain.div(1024).transpose(1, 0))));
    assertEquals(array, NdArrays.toINDArray(x));
    Path file = folder.resolve("x.safetensors");
    Checkpoints.saveSafetensors(Map.of("x", x), file);
    try (var opened = Checkpoints.open(file)) {
      assertTrue(opened.tensor("x").sameAs(plain));
    }
    if (backend.equals("nd4j")) {
      try (SharedArray shared = NdArrays.share(x)) {
        assertEquals(array, shared.array());
        assertEquals(array.sumNumber(), shared.array().sumNumber());
      }
    }
  }

  /** Parts with long runs, short ones, none, and runs in memory that no axis shows. */
  private static Map<String, INDArray> parts() {
    INDArray base = numbers(1100, 500);
    INDArray cube = numbers(30, 40, 50);
    INDArray images = numbers(8, 6, 20, 32);
    Map<String, INDArray> arrays = new LinkedHashMap<>();
    arrays.put("long rows", base.get(NDArrayIndex.all(), NDArrayIndex.interval(3, 406)));
    arrays.put(
        "every third row",
        base.get(NDArrayIndex.interval(1, 3, 1100), NDArrayIndex.interval(100, 400)));
    arrays.put("short rows", base.get(NDArrayIndex.all(), NDArrayIndex.interval(7, 12)));
    arrays.put(
        "every second column", base.get(NDArrayIndex.all(), NDArrayIndex.interval(0, 2, 500)));
    arrays.put(
        "a part in 'f' order",
        base.dup('f').get(NDArrayIndex.interval(11, 1000), NDArrayIndex.interval(2, 450)));
    arrays.put(
        "a part turned",
        cube.get(NDArrayIndex.interval(2, 29), NDArrayIndex.all(), NDArrayIndex.all())
            .permute(2, 0, 1));
    arrays.put(
        "planes", cube.get(NDArrayIndex.all(), NDArrayIndex.interval(5, 25), NDArrayIndex.all()));
    arrays.put(
        "blocks",
        cube.get(
            NDArrayIndex.interval(3, 2, 28),
            NDArrayIndex.interval(1, 3, 39),
            NDArrayIndex.interval(4, 44)));
    arrays.put(
        "one channel",
        images.get(
            NDArrayIndex.all(),
            NDArrayIndex.interval(2, 3),
            NDArrayIndex.all(),
            NDArrayIndex.all()));
    // Rows of 512 fill the pieces that a tensor is written in, rows of 501 do not.
    arrays.put(
        "every second column",
        numbers(1200, 1024).get(NDArrayIndex.all(), NDArrayIndex.interval(0, 2, 1024)));
    arrays.put(
        "every second column of few",
        numbers(1200, 1002).get(NDArrayIndex.all(), NDArrayIndex.interval(0, 2, 1002)));
    arrays.put("every second element", numbers(800_000).get(NDArrayIndex.interval(0, 2, 800_000)));
    arrays.put(
        "rows that repeat",
        Nd4j.create(
            numbers(300).data(), new long[] {40, 300}, new long[] {0, 1}, 0, 'c', DataType.FLOAT));
    arrays.put(
        "rows that overlap",
        Nd4j.create(
            numbers(400).data(), new long[] {100, 300}, new long[] {1, 1}, 0, 'c', DataType.FLOAT));
    return arrays;
  }

  @ParameterizedTest
  @ValueSource(strings = {"reference", "onednn", "nd4j"})
  void partsAreCopiedWhateverTheirRuns(String backend) {
    Mycel.setBackend(backend);
    parts()
        .forEach(
            (name, array) -> {
              Tensor x = NdArrays.toTensor(array);
              assertEquals(Shape.of(array.shape()), x.shape(), name);
              assertArrayEquals(values(array), x.toDoubleArray(), name);
              Layout found = Interpreters.root().layout(Interpreters.readable(x));
              assertTrue(found.isDense(), () -> name + ": " + found);
            });
  }

  @ParameterizedTest
  @ValueSource(strings = {"onednn", "nd4j"})
  void elementsOfEveryWidthAreCopiedInRuns(String backend) {
    Mycel.setBackend(backend);
    for (DType t : DType.values()) {
      INDArray base = numbers(90, 700).castTo(Types.of(t));
      INDArray part = base.get(NDArrayIndex.interval(0, 2, 90), NDArrayIndex.interval(20, 690));
      assertArrayEquals(values(part), NdArrays.toTensor(part).toDoubleArray(), t.toString());
      INDArray turned = part.transpose();
      assertArrayEquals(values(turned), NdArrays.toTensor(turned).toDoubleArray(), t.toString());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"onednn", "nd4j"})
  void copiesKeepNoMemoryButTheTensors(String backend) {
    Mycel.setBackend(backend);
    long before = Mycel.memory().liveBytes();
    try (Scope scope = Scope.open()) {
      dense().values().forEach(NdArrays::toTensor);
      parts().values().forEach(NdArrays::toTensor);
      assertTrue(Mycel.memory().liveBytes() > before);
    }
    assertEquals(before, Mycel.memory().liveBytes());
  }

  @ParameterizedTest
  @ValueSource(strings = {"reference", "onednn", "nd4j"})
  void copiesTakeNothingFromAnOpenWorkspace(String backend) {
    Mycel.setBackend(backend);
    WorkspaceConfiguration small = WorkspaceConfiguration.builder().initialSize(1 << 20).build();
    try (MemoryWorkspace open = Nd4j.getWorkspaceManager().getAndActivateWorkspace(small, "COPY")) {
      INDArray attached = numbers(20, 30).addi(0);
      assertTrue(attached.isAttached());
      INDArray steps = attached.get(NDArrayIndex.all(), NDArrayIndex.interval(0, 2, 30));
      INDArray turned = attached.transpose();
      long before = open.getPrimaryOffset();
      Tensor whole = NdArrays.toTensor(attached);
      Tensor some = NdArrays.toTensor(steps);
      Tensor order = NdArrays.toTensor(turned);
      INDArray back = NdArrays.toINDArray(some);
      assertEquals(before, open.getPrimaryOffset());
      assertArrayEquals(values(attached), whole.toDoubleArray());
      assertArrayEquals(values(steps), some.toDoubleArray());
      assertArrayEquals(values(turned), order.toDoubleArray());
      assertEquals(steps, back);
    }
  }
}
