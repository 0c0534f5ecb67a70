package dev.mycel.nd4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.ClosedTensorException;
import dev.mycel.core.DType;
import dev.mycel.core.DTypeException;
import dev.mycel.core.DeviceException;
import dev.mycel.core.Mycel;
import dev.mycel.core.Ops;
import dev.mycel.core.Scope;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.memory.conf.WorkspaceConfiguration;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Arrays become tensors and tensors arrays, copied or shared. */
class NdArraysTest {
  private static final long SEED = 20261127;

  @BeforeEach
  void onNd4j() {
    Mycel.setBackend("nd4j");
  }

  @AfterEach
  void onTheDefaultBackend() {
    Mycel.setBackend("onednn");
  }

  /** Small whole numbers, which every type holds. */
  private static Tensor numbers(DType t, long... shape) {
    SplittableRandom random = new SplittableRandom(SEED);
    double[] values = new double[(int) Shape.of(shape).size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = t == DType.BOOL ? random.nextInt(2) : random.nextInt(100);
    }
    return Tensor.of(values, shape).cast(t);
  }

  private static double[] values(INDArray array) {
    return array.dup('c').castTo(DataType.DOUBLE).reshape(array.length()).toDoubleVector();
  }

  private static double[] values(Tensor tensor) {
    return tensor.toDoubleArray();
  }

  @ParameterizedTest
  @EnumSource
  void everyTypeGoesThereAndBack(DType t) {
    for (String backend : new String[] {"nd4j", "onednn", "reference"}) {
      Mycel.setBackend(backend);
      Tensor x = numbers(t, 3, 4, 5);
      INDArray array = NdArrays.toINDArray(x);
      assertEquals(Types.of(t), array.dataType());
      assertArrayEquals(new long[] {3, 4, 5}, array.shape());
      assertArrayEquals(values(x), values(array));
      assertTrue(NdArrays.toTensor(array).sameAs(x), backend);
      array.close();
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyTypeIsSharedBothWays(DType t) {
    Tensor x = numbers(t, 3, 4);
    try (SharedArray shared = NdArrays.share(x)) {
      assertArrayEquals(values(x), values(shared.array()));
      Tensor again = NdArrays.viewOf(shared.array());
      assertEquals(t, again.dtype());
      assertTrue(again.sameAs(x));
      again.close();
    }
  }

  @Test
  void theBitsOfHalfTypesAreTheirOwn() {
    short[] bits = {0, (short) 0x8000, 0x3F80, 0x7F80, 0x0001, (short) 0xC0A1};
    for (DType t : new DType[] {DType.FLOAT16, DType.BFLOAT16}) {
      Tensor x = Tensor.of(bits.clone(), t);
      INDArray array = NdArrays.toINDArray(x);
      assertTrue(NdArrays.toTensor(array).sameAs(x), t.toString());
    }
  }

  @Test
  void viewsAndBothOrdersAreRead() {
    INDArray base = Nd4j.arange(60).castTo(DataType.FLOAT).reshape(5, 12);
    INDArray[] arrays = {
      base,
      base.dup('f'),
      base.transpose(),
      base.get(NDArrayIndex.interval(1, 4), NDArrayIndex.interval(2, 2, 11)),
      base.getRow(3),
      base.getColumn(7),
      base.dup('f').get(NDArrayIndex.interval(2, 5), NDArrayIndex.interval(3, 9)),
      base.get(NDArrayIndex.interval(1, 4), NDArrayIndex.all())
          .get(NDArrayIndex.interval(1, 3), NDArrayIndex.interval(4, 8)),
      base.reshape(5, 3, 4).permute(2, 0, 1)
    };
    for (INDArray array : arrays) {
      Tensor copy = NdArrays.toTensor(array);
      assertArrayEquals(array.shape(), copy.shape().dims());
      assertArrayEquals(values(array), values(copy));
      Tensor view = NdArrays.viewOf(array);
      assertTrue(view.sameAs(copy), () -> "view of " + array.shapeInfoToString());
      assertTrue(view.add(1).sameAs(copy.add(1)));
    }
  }

  @Test
  void scalarsAndEmptyArraysKeepTheirShapes() {
    Tensor scalar = NdArrays.toTensor(Nd4j.scalar(2.5f));
    assertEquals(Shape.scalar(), scalar.shape());
    assertEquals(2.5, scalar.item());
    assertEquals(2.5, NdArrays.viewOf(Nd4j.scalar(2.5f)).item());
    INDArray back = NdArrays.toINDArray(scalar);
    assertEquals(0, back.rank());
    assertEquals(2.5, back.getDouble());
    try (SharedArray shared = NdArrays.share(Tensor.scalar(7))) {
      assertEquals(0, shared.array().rank());
      assertEquals(7, shared.array().getDouble());
    }
    assertEquals(Shape.of(0), NdArrays.toTensor(Nd4j.empty(DataType.INT32)).shape());
    Tensor empty = NdArrays.toTensor(Nd4j.create(DataType.DOUBLE, 0, 3));
    assertEquals(Shape.of(0, 3), empty.shape());
    assertEquals(DType.FLOAT64, empty.dtype());
    assertArrayEquals(new long[] {0, 3}, NdArrays.toINDArray(empty).shape());
    try (SharedArray shared = NdArrays.share(empty)) {
      assertTrue(shared.array().isEmpty());
    }
  }

  @Test
  void copiesShareNothing() {
    INDArray array = Nd4j.ones(DataType.FLOAT, 4);
    Tensor copy = NdArrays.toTensor(array);
    array.addi(1);
    array.close();
    assertArrayEquals(new double[] {1, 1, 1, 1}, values(copy));
    INDArray other = NdArrays.toINDArray(copy);
    copy.close();
    other.muli(3);
    assertArrayEquals(new double[] {3, 3, 3, 3}, values(other));
  }

  @ParameterizedTest
  @ValueSource(strings = {"UINT16", "UINT32", "UINT64"})
  void typesWithoutATensorAreRefusedByName(String name) {
    INDArray array = Nd4j.create(DataType.valueOf(name), 2);
    var e = assertThrows(DTypeException.class, () -> NdArrays.toTensor(array));
    assertTrue(e.getMessage().startsWith("toTensor: there is no tensor of " + name), e::getMessage);
    assertThrows(DTypeException.class, () -> NdArrays.viewOf(array));
  }

  @Test
  void textsAreRefusedByName() {
    INDArray texts = Nd4j.create("a", "b");
    var e = assertThrows(DTypeException.class, () -> NdArrays.toTensor(texts));
    assertTrue(e.getMessage().contains("UTF8"), e::getMessage);
  }

  @Test
  @SuppressWarnings("NullAway")
  void nullAndClosedArraysAreRefused() {
    assertThrows(ArgumentException.class, () -> NdArrays.toTensor(null));
    assertThrows(ArgumentException.class, () -> NdArrays.toINDArray(null));
    INDArray array = Nd4j.ones(3);
    array.close();
    var e = assertThrows(ArgumentException.class, () -> NdArrays.toTensor(array));
    assertTrue(e.getMessage().startsWith("toTensor: the array has been closed"), e::getMessage);
    assertThrows(ArgumentException.class, () -> NdArrays.viewOf(array));
    Tensor closed = Ops.ones(3);
    closed.close();
    assertThrows(ClosedTensorException.class, () -> NdArrays.toINDArray(closed));
    assertThrows(ClosedTensorException.class, () -> NdArrays.share(closed));
  }

  @Test
  void anArrayInAWorkspaceIsCopiedWhereThatIsOpenAndNowhereElse() throws Exception {
    WorkspaceConfiguration small = WorkspaceConfiguration.builder().initialSize(1 << 20).build();
    INDArray escaped;
    try (MemoryWorkspace ws = Nd4j.getWorkspaceManager().getAndActivateWorkspace(small, "OPEN")) {
      INDArray attached = Nd4j.linspace(1, 6, 6, DataType.FLOAT).reshape(2, 3).addi(0);
      assertTrue(attached.isAttached());
      assertArrayEquals(values(attached), values(NdArrays.toTensor(attached)));
      assertArrayEquals(
          values(attached.transpose()), values(NdArrays.toTensor(attached.transpose())));
      var view = assertThrows(ArgumentException.class, () -> NdArrays.viewOf(attached));
      assertTrue(view.getMessage().contains("belongs to a workspace"), view::getMessage);
      assertTrue(!NdArrays.toINDArray(Ops.ones(3)).isAttached());
      var other =
          CompletableFuture.supplyAsync(
                  () -> assertThrows(ArgumentException.class, () -> NdArrays.toTensor(attached)))
              .get();
      assertTrue(other.getMessage().contains("workspace of another thread"), other::getMessage);
      escaped = attached;
    }
    var e = assertThrows(ArgumentException.class, () -> NdArrays.toTensor(escaped));
    assertTrue(e.getMessage().contains("a workspace that is not open"), e::getMessage);
    try (MemoryWorkspace ws = Nd4j.getWorkspaceManager().getAndActivateWorkspace(small, "OPEN")) {
      var again = assertThrows(ArgumentException.class, () -> NdArrays.toTensor(escaped));
      assertTrue(again.getMessage().contains("an earlier round"), again::getMessage);
    }
  }

  @Test
  void aViewSeesWhatTheArrayBecomesAndEndsWithIt() {
    INDArray array = Nd4j.ones(DataType.FLOAT, 2, 3);
    Tensor view = NdArrays.viewOf(array);
    assertEquals(6, view.sum().item());
    array.putScalar(0, 0, 5);
    assertEquals(10, view.sum().item());
    array.close();
    var e = assertThrows(ClosedTensorException.class, () -> view.sum());
    assertTrue(e.getMessage().contains("INDArray"), e::getMessage);
    assertThrows(ClosedTensorException.class, view::toFloatArray);
    view.close();
  }

  @Test
  void partsEndWithTheArrayThatTheyArePartsOf() {
    INDArray array = Nd4j.ones(DataType.FLOAT, 2, 3);
    Tensor part = NdArrays.viewOf(array.getRow(1));
    assertEquals(3, part.sum().item());
    array.close();
    assertThrows(ClosedTensorException.class, () -> part.sum());
    SharedArray shared = NdArrays.share(numbers(DType.FLOAT32, 40, 50));
    INDArray row = shared.array().getRow(1);
    shared.close();
    assertTrue(row.wasClosed());
    assertThrows(IllegalStateException.class, () -> row.addi(1));
  }

  @Test
  void closingAViewLeavesTheArrayAlone() {
    INDArray array = Nd4j.ones(DataType.FLOAT, 2, 3);
    Tensor view = NdArrays.viewOf(array);
    view.close();
    assertThrows(ClosedTensorException.class, () -> view.add(1));
    assertEquals(6, array.sumNumber().doubleValue());
  }

  @Test
  void aSharedArrayOutlivesItsTensorAndGivesTheMemoryBack() {
    long before = Mycel.memory().liveBytes();
    SharedArray shared;
    try (Scope scope = Scope.open()) {
      Tensor x = Ops.arange(2000).cast(DType.FLOAT32).reshape(40, 50);
      shared = NdArrays.share(x.transpose(1, 0).mul(2));
    }
    INDArray array = shared.array();
    assertArrayEquals(new long[] {50, 40}, array.shape());
    assertEquals(2.0 * 1999 * 1000, array.sumNumber().doubleValue());
    assertTrue(Mycel.memory().liveBytes() > before);
    shared.close();
    shared.close();
    assertTrue(array.wasClosed());
    assertThrows(IllegalStateException.class, () -> array.addi(1));
    assertTrue(Mycel.memory().liveBytes() <= before, "the claim is given back");
  }

  @Test
  void aPartIsSharedFromItsFirstElementOn() {
    Tensor x = numbers(DType.FLOAT32, 6, 80);
    for (Tensor part :
        new Tensor[] {x.narrow(0, 2, 3).narrow(1, 7, 50), x.transpose(1, 0).narrow(0, 9, 60)}) {
      try (SharedArray shared = NdArrays.share(part)) {
        assertArrayEquals(part.shape().dims(), shared.array().shape());
        assertArrayEquals(values(part), values(shared.array()));
      }
    }
  }

  @Test
  void whatCannotBeSharedIsRefusedWithTheWayToCopy() {
    Tensor flipped = Ops.ones(4, 4).flip(0);
    var e = assertThrows(ArgumentException.class, () -> NdArrays.share(flipped));
    assertTrue(e.getMessage().contains("toINDArray"), e::getMessage);
    Tensor repeated = Ops.ones(1, 4).broadcastTo(3, 4);
    assertThrows(ArgumentException.class, () -> NdArrays.share(repeated));
    Mycel.setBackend("onednn");
    var other = assertThrows(DeviceException.class, () -> NdArrays.share(Ops.ones(3)));
    assertTrue(other.getMessage().contains("NdArrays.toINDArray"), other::getMessage);
    var view = assertThrows(DeviceException.class, () -> NdArrays.viewOf(Nd4j.ones(3)));
    assertTrue(view.getMessage().contains("Mycel.setBackend(\"nd4j\")"), view::getMessage);
  }

  @Test
  void bothSidesComputeTheSame() {
    INDArray a = Nd4j.rand(DataType.DOUBLE, 7, 5);
    INDArray b = Nd4j.rand(DataType.DOUBLE, 5, 6);
    double[] ours = values(NdArrays.viewOf(a).matmul(NdArrays.toTensor(b)));
    assertArrayEquals(values(a.mmul(b)), ours, 1e-13);
  }
}
