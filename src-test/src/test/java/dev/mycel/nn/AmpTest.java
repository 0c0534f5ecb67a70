package dev.mycel.nn;

import static dev.mycel.core.DType.BFLOAT16;
import static dev.mycel.core.DType.FLOAT16;
import static dev.mycel.core.DType.FLOAT32;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.autograd.Autograd;
import dev.mycel.core.ArgumentException;
import dev.mycel.core.Attrs;
import dev.mycel.core.DType;
import dev.mycel.core.Ops;
import dev.mycel.core.Pair;
import dev.mycel.core.Precision;
import dev.mycel.core.Prims;
import dev.mycel.core.Random;
import dev.mycel.core.ShapeException;
import dev.mycel.core.Tensor;
import dev.mycel.junit.MycelTest;
import dev.mycel.nn.amp.Amp;
import dev.mycel.nn.amp.AmpLevel;
import dev.mycel.nn.amp.AmpList;
import dev.mycel.nn.amp.DynamicLossScaler;
import dev.mycel.nn.amp.StaticLossScaler;
import dev.mycel.nn.layer.BatchNorm2d;
import dev.mycel.nn.layer.Conv2d;
import dev.mycel.nn.layer.Dense;
import dev.mycel.nn.layer.Flatten;
import dev.mycel.nn.layer.LayerNorm;
import dev.mycel.nn.layer.ReLU;
import dev.mycel.nn.layer.Sigmoid;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@MycelTest
class AmpTest {
  /** Notes the dtypes that pass it. */
  private static final class Probe extends Cell<Tensor, Tensor> {
    private final transient List<DType> seen;

    Probe(List<DType> seen) {
      this.seen = seen;
    }

    @Override
    protected Tensor construct(Tensor x) {
      seen.add(x.dtype());
      return x;
    }
  }

  /** A cell of a user's own over any function. */
  private static final class Own<O> extends Cell<Tensor, O> {
    private final transient Function<Tensor, O> f;

    Own(Function<Tensor, O> f) {
      this.f = f;
    }

    @Override
    protected O construct(Tensor x) {
      return f.apply(x);
    }
  }

  /** Children in fields of their own types, which no other cell could take the place of. */
  private static final class Net extends Cell<Tensor, Tensor> {
    private final Conv2d conv = Conv2d.builder(1, 4, 3).hasBias(true).build();
    private final BatchNorm2d norm = new BatchNorm2d(4);
    private final Probe probe;
    private final Flatten flat = new Flatten();
    private final Dense fc = new Dense(64, 3);
    private final Probe last;

    Net(List<DType> seen) {
      probe = new Probe(seen);
      last = new Probe(seen);
    }

    @Override
    protected Tensor construct(Tensor x) {
      Tensor h = probe.call(norm.call(probe.call(conv.call(x))));
      return last.call(fc.call(flat.call(h)));
    }
  }

  private final List<DType> seen = new ArrayList<>();

  private static Tensor images() {
    Random.setSeed(5);
    return Random.randn(2, 1, 4, 4);
  }

  private List<DType> seenAt(AmpLevel level, DType low) {
    seen.clear();
    Net net = Amp.autoMixedPrecision(new Net(seen), level, low);
    net.setTrain(true);
    Tensor y = net.call(images());
    List<DType> all = new ArrayList<>(seen);
    all.add(y.dtype());
    return all;
  }

  @Test
  void eachLevelChoosesTypesByItsRule() {
    for (DType low : List.of(FLOAT16, BFLOAT16)) {
      assertEquals(List.of(FLOAT32, FLOAT32, FLOAT32, FLOAT32), seenAt(AmpLevel.O0, low));
      assertEquals(List.of(FLOAT32, FLOAT32, FLOAT32, FLOAT32), seenAt(AmpLevel.O1, low));
      assertEquals(List.of(low, low, low, FLOAT32), seenAt(AmpLevel.O2, low));
      assertEquals(List.of(low, low, low, FLOAT32), seenAt(AmpLevel.O3, low));
      // A bias is added in the wider type, and norms give float32.
      assertEquals(List.of(FLOAT32, FLOAT32, FLOAT32, FLOAT32), seenAt(AmpLevel.AUTO, low));
    }
  }

  @Test
  void levelAutoLeavesTheResultOfAProductLow() {
    Dense dense = Dense.builder(4, 3).hasBias(false).build();
    Amp.autoMixedPrecision(dense, AmpLevel.AUTO, BFLOAT16);
    assertEquals(BFLOAT16, dense.call(Random.randn(2, 4)).dtype());
    Own<Tensor> exp = Amp.autoMixedPrecision(new Own<>(Tensor::exp), AmpLevel.AUTO);
    assertEquals(FLOAT32, exp.call(Ops.ones(2).cast(FLOAT16)).dtype());
    Own<Tensor> sum = Amp.autoMixedPrecision(new Own<>(t -> t.add(t)), AmpLevel.AUTO);
    assertEquals(FLOAT16, sum.call(Ops.ones(2).cast(FLOAT16)).dtype());
  }

  @ParameterizedTest
  @EnumSource(AmpLevel.class)
  void levelsChangeNeitherNamesNorPrintNorParameters(AmpLevel level) {
    Net net = new Net(seen);
    String printed = net.toString();
    List<String> paths = net.cellsAndNames().stream().map(NamedCell::name).toList();
    List<String> names = List.copyOf(net.parametersDict().keySet());
    assertSame(net, Amp.autoMixedPrecision(net, level, BFLOAT16));
    assertEquals(printed, net.toString());
    assertEquals(paths, net.cellsAndNames().stream().map(NamedCell::name).toList());
    assertEquals(names, List.copyOf(net.parametersDict().keySet()));
    net.getParameters().forEach(p -> assertEquals(FLOAT32, p.dtype()));
  }

  @ParameterizedTest
  @EnumSource(AmpLevel.class)
  void gradientsKeepTheParametersTypeAndAreNear(AmpLevel level) {
    Net net = new Net(seen);
    net.setTrain(true);
    Tensor x = images();
    List<Parameter> weights = net.trainableParams();
    List<Tensor> exact = Autograd.grad((Tensor t) -> net.call(t).square(), weights).apply(x);
    Amp.autoMixedPrecision(net, level, FLOAT16);
    List<Tensor> low = Autograd.grad((Tensor t) -> net.call(t).square(), weights).apply(x);
    for (int i = 0; i < exact.size(); i++) {
      assertEquals(FLOAT32, low.get(i).dtype());
      Tensor off = low.get(i).sub(exact.get(i)).abs().max();
      double scale = Math.max(1, exact.get(i).abs().max().item());
      assertTrue(off.item() <= 0.02 * scale, weights.get(i) + " is off by " + off.item());
    }
  }

  @Test
  void whatIsOnTheWhiteListIsRoundedAndNothingElse() {
    Tensor x = Tensor.of(new float[] {1.0001f, -2.0003f}, 1, 2);
    Tensor w = Tensor.of(new float[] {0.3f, 0.7f, 1.1f, 1.3f}, 2, 2);
    Own<Pair<Tensor, Tensor>> cell = new Own<>(t -> new Pair<>(t.matmul(w), t.exp()));
    Tensor exact = x.exp();
    Amp.autoMixedPrecision(cell, AmpLevel.O1, FLOAT16);
    Pair<Tensor, Tensor> y = cell.call(x);
    Tensor low = x.cast(FLOAT16).matmul(w.cast(FLOAT16)).cast(FLOAT32);
    assertArrayEquals(low.toFloatArray(), y.first().toFloatArray());
    assertArrayEquals(exact.toFloatArray(), y.second().toFloatArray());
    assertEquals(FLOAT32, y.first().dtype());
  }

  @Test
  void everyOutputInARecordIsCastAndIntegersAreNot() {
    Own<Pair<Tensor, Tensor>> cell = new Own<>(t -> new Pair<>(t.mul(2), t.argmax(-1)));
    Amp.autoMixedPrecision(cell, AmpLevel.O3, BFLOAT16);
    Pair<Tensor, Tensor> y = cell.call(Random.randn(2, 3));
    assertEquals(FLOAT32, y.first().dtype());
    assertEquals(DType.INT64, y.second().dtype());
  }

  @Test
  void normsOfTheBlackListComputeInFloat32AndGiveLowResults() {
    Random.setSeed(3);
    SequentialCell net = new SequentialCell(new LayerNorm(8), new Sigmoid());
    LayerNorm norm = (LayerNorm) net.get(0);
    Amp.autoMixedPrecision(net, AmpLevel.O2, FLOAT16);
    assertEquals(Optional.of(FLOAT32), norm.computeType());
    Tensor x = Random.randn(3, 8);
    Tensor y = norm.call(x);
    assertEquals(FLOAT16, y.dtype());
    norm.setPrecision(null);
    assertArrayEquals(norm.call(x).cast(FLOAT16).toFloatArray(), y.toFloatArray());
  }

  @Test
  void aLevelAndToFloatRefuseEachOtherAndChangeNothing() {
    Net net = new Net(seen);
    net.norm.toFloat(FLOAT32);
    for (AmpLevel level : List.of(AmpLevel.O1, AmpLevel.O2, AmpLevel.O3)) {
      assertThrows(ArgumentException.class, () -> Amp.autoMixedPrecision(net, level));
      assertEquals(Optional.empty(), net.conv.computeType());
    }
    assertSame(net, Amp.autoMixedPrecision(net, AmpLevel.O0));
    Net other = Amp.autoMixedPrecision(new Net(seen), AmpLevel.O2);
    assertThrows(ArgumentException.class, () -> other.toFloat(FLOAT16));
    assertThrows(ArgumentException.class, () -> other.norm.toFloat(FLOAT16));
    assertEquals(Optional.of(FLOAT32), other.norm.computeType());
  }

  @Test
  void levelAutoLeavesWhatToFloatHasChosen() {
    Net net = new Net(seen);
    net.fc.toFloat(BFLOAT16);
    Amp.autoMixedPrecision(net, AmpLevel.AUTO, FLOAT16);
    net.setTrain(true);
    assertEquals(BFLOAT16, net.call(images()).dtype());
    assertEquals(List.of(FLOAT32, FLOAT32, BFLOAT16), seen);
  }

  @Test
  void theSameCallAgainChangesNothingAndAnotherIsRefused() {
    Net net = Amp.autoMixedPrecision(new Net(seen), AmpLevel.O2);
    assertSame(net, Amp.autoMixedPrecision(net, AmpLevel.O2));
    assertThrows(ArgumentException.class, () -> Amp.autoMixedPrecision(net, AmpLevel.O3));
    assertThrows(ArgumentException.class, () -> Amp.autoMixedPrecision(net, AmpLevel.O2, BFLOAT16));
  }

  @Test
  void listsGiveNewListsAndStay() {
    AmpList before = Amp.getBlackList();
    AmpList more = before.with(Sigmoid.class).with(Prims.EXP);
    assertNotEquals(before, more);
    assertFalse(before.cells().contains(Sigmoid.class));
    assertEquals(before, more.without(Sigmoid.class).without(Prims.EXP));
    assertEquals(Amp.getBlackList(), before);
    assertTrue(Amp.getWhiteList().isWhite());
    assertThrows(UnsupportedOperationException.class, () -> before.cells().clear());
  }

  @Test
  void customListsDecideByCellAndByOperation() {
    Net black = Amp.customMixedPrecision(new Net(seen), AmpList.black(Conv2d.class), FLOAT16);
    assertEquals(Optional.of(FLOAT32), black.conv.computeType());
    assertEquals(Optional.of(FLOAT16), black.norm.computeType());
    assertEquals(FLOAT32, black.setTrain(true).call(images()).dtype());

    Own<Tensor> exp = new Own<>(t -> t.exp());
    Amp.customMixedPrecision(exp, AmpList.black(ReLU.class).with(Prims.EXP), FLOAT16);
    // In float16 the exponential of 12 is infinite; the float32 number is, too, once it is cast.
    assertTrue(exp.call(Tensor.of(new float[] {12})).isInf().all().itemBoolean());
    exp = new Own<>(t -> t.add(1e-4).exp());
    Amp.customMixedPrecision(exp, AmpList.white(ReLU.class).with(Prims.ADD), FLOAT16);
    assertEquals((float) Math.E, exp.call(Tensor.of(new float[] {1})).item(), 1e-6);
  }

  @Test
  void fusedAndSingleCellsComputeInTheSameTypes() {
    for (AmpLevel level : AmpLevel.values()) {
      Random.setSeed(4);
      SequentialCell net = new SequentialCell(new Conv2d(1, 4, 3), new BatchNorm2d(4), new ReLU());
      Amp.autoMixedPrecision(net, level, BFLOAT16);
      for (boolean training : new boolean[] {false, true}) {
        net.setTrain(training);
        Tensor x = images();
        Tensor fused = net.call(x);
        Tensor y = x;
        for (Cell<Tensor, Tensor> cell : net) {
          y = cell.call(y);
        }
        boolean casts = level == AmpLevel.O2 || level == AmpLevel.O3;
        assertEquals(casts ? FLOAT32 : y.dtype(), fused.dtype(), level + " " + training);
        assertTrue(fused.cast(FLOAT32).allClose(y.cast(FLOAT32), 0.03, 0.03), level.toString());
      }
    }
  }

  @Test
  void anErrorPutsThePrecisionBack() {
    for (AmpLevel level : AmpLevel.values()) {
      Dense dense = Amp.autoMixedPrecision(new Dense(4, 3), level);
      assertThrows(ShapeException.class, () -> dense.call(Ops.ones(2, 5)));
      assertSame(Precision.NONE, Precision.current());
    }
  }

  @Test
  void functionsComputeByClass() {
    Function<Tensor, Tensor> f =
        Amp.autoMixedPrecisionFunction((Tensor x) -> x.matmul(x), AmpLevel.AUTO, BFLOAT16);
    assertEquals(BFLOAT16, f.apply(Ops.ones(2, 2)).dtype());
    assertThrows(ShapeException.class, () -> f.apply(Ops.ones(2, 3)));
    assertSame(Precision.NONE, Precision.current());
    Function<Tensor, Tensor> same = t -> t;
    assertSame(same, Amp.autoMixedPrecisionFunction(same, AmpLevel.O0, FLOAT16));
  }

  @Test
  void decompositionsKeepTheTypesThatWereSettled() {
    Precision before = Precision.swap(Precision.of(FLOAT16));
    try {
      Tensor[] y = Prims.SOFTMAX.expand(new Attrs.Axis(0), new Tensor[] {Ops.ones(3)});
      assertEquals(FLOAT32, y[0].dtype());
    } finally {
      Precision.swap(before);
    }
  }

  @Test
  void everyOperationCastsItsFloatingPointInputs() {
    Tensor half = Ops.ones(2, 2);
    List<Function<Tensor, Tensor>> operations =
        List.of(
            t -> t.add(half),
            t -> t.sub(2),
            t -> t.matmul(half),
            t -> t.sum(),
            t -> t.mean(1),
            t -> t.max(1),
            t -> t.reshape(4),
            t -> t.transpose(),
            t -> Ops.concat(0, t, half),
            t -> Ops.stack(0, t, half),
            t -> Ops.split(t, new long[] {1, 1}, 0).get(0),
            t -> Ops.where(t.gt(0), t, half),
            t -> Ops.softmax(t, 0),
            t -> t.exp(),
            t -> t.pow(2),
            t -> Ops.gather(t, Tensor.of(new int[] {0}), 0),
            t -> Ops.einsum("ij,jk->ik", t, half),
            t -> t.cumsum(0));
    for (DType low : List.of(FLOAT16, BFLOAT16)) {
      for (int i = 0; i < operations.size(); i++) {
        Own<Tensor> cell = new Own<>(operations.get(i));
        cell.toFloat(low);
        assertEquals(low, cell.call(Ops.ones(2, 2)).dtype(), "operation " + i);
      }
    }
    Own<Tensor> integers = new Own<>(t -> t.add(1));
    integers.toFloat(FLOAT16);
    assertEquals(DType.INT32, integers.call(Tensor.of(new int[] {1})).dtype());
  }

  @Test
  void allFiniteSeesOneBadElementAnywhere() {
    Tensor good = Random.randn(3, 4);
    Tensor bad = Tensor.of(new float[] {1, Float.NEGATIVE_INFINITY});
    Tensor nan = Tensor.of(new float[] {Float.NaN}).cast(FLOAT16);
    assertTrue(Amp.allFinite(List.of()).itemBoolean());
    assertTrue(Amp.allFinite(List.of(good, good.cast(BFLOAT16))).itemBoolean());
    assertTrue(Amp.allFinite(List.of(Tensor.of(new int[] {1}))).itemBoolean());
    assertFalse(Amp.allFinite(List.of(good, bad)).itemBoolean());
    assertFalse(Amp.allFinite(List.of(nan, good)).itemBoolean());
    Own<Tensor> cell = new Own<>(t -> Amp.allFinite(List.of(t)));
    cell.toFloat(FLOAT16);
    assertTrue(cell.call(Tensor.of(new float[] {1e6f})).itemBoolean(), "1e6 is finite in float32");
  }

  @Test
  void staticScalersScaleAndUnscale() {
    StaticLossScaler scaler = new StaticLossScaler(1024);
    assertArrayEquals(new float[] {1024}, scaler.scale(Ops.ones(1)).toFloatArray());
    Tensor half = Tensor.of(new float[] {1.5f, 1}).cast(FLOAT16);
    List<Tensor> unscaled = scaler.unscale(List.of(half));
    assertEquals(FLOAT16, unscaled.get(0).dtype());
    assertArrayEquals(
        new float[] {1.5f / 1024, 1f / 1024}, unscaled.get(0).cast(FLOAT32).toFloatArray());
    assertFalse(scaler.adjust(false));
    assertEquals(1024, scaler.scaleValue().value().item());
  }

  @Test
  void aScaleBeyondFloat16StillScalesFloat16() {
    StaticLossScaler scaler = new StaticLossScaler(1 << 20);
    Tensor small = Tensor.of(new float[] {0x1p-10f}).cast(FLOAT16);
    assertEquals(1024, scaler.scale(small).item());
    assertEquals(0x1p-10, scaler.unscale(scaler.scale(small)).item());
  }

  @Test
  void dynamicScalersFollowTheirRule() {
    DynamicLossScaler one = new DynamicLossScaler(1024, 2, 1);
    assertTrue(one.adjust(false));
    assertEquals(512, one.scaleValue().value().item());
    one.adjust(true);
    assertEquals(1024, one.scaleValue().value().item());

    DynamicLossScaler scaler = new DynamicLossScaler(4, 2, 3);
    double[] course = {4, 4, 8, 8, 4, 4, 4, 8, 4, 2, 1, 1};
    long[] counts = {1, 2, 0, 1, 0, 1, 2, 0, 0, 0, 0, 0};
    boolean[] finite = {
      true, true, true, true, false, true, true, true, false, false, false, false
    };
    for (int i = 0; i < course.length; i++) {
      scaler.adjust(finite[i]);
      assertEquals(course[i], scaler.scaleValue().value().item(), "scale after step " + i);
      assertEquals(counts[i], scaler.counter().value().itemLong(), "count after step " + i);
    }
  }

  @Test
  void aDynamicScaleStaysBelowInfinity() {
    DynamicLossScaler scaler = new DynamicLossScaler(0x1p127, 2, 1);
    scaler.adjust(true);
    assertEquals(0x1p127, scaler.scaleValue().value().item());
  }

  @Test
  void levelsAreFoundByMindSporesNames() {
    assertEquals(AmpLevel.O2, AmpLevel.of("O2"));
    assertEquals(AmpLevel.AUTO, AmpLevel.of("auto"));
    for (String wrong : List.of("O4", "o1", "", "AUTO")) {
      assertThrows(ArgumentException.class, () -> AmpLevel.of(wrong));
    }
  }
}
