package dev.mycel.core;

import static dev.mycel.junit.MycelAssertions.assertClose;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Creation, export and the operations that are made of several primitives. */
class TensorApiTest {
  private static Tensor f(float... values) {
    return Tensor.of(values);
  }

  private static Tensor i(long... values) {
    return Tensor.of(values);
  }

  private static void same(Tensor expected, Tensor found) {
    assertTrue(
        expected.sameAs(found), () -> "expected " + expected.repr() + " found " + found.repr());
  }

  private static void close(Tensor expected, Tensor found) {
    assertClose(found, expected, 1e-5, 1e-6);
  }

  // ---- creation and export ----------------------------------------------------------------------

  @Test
  void javaTypesGiveTheirElementTypes() {
    assertSame(DType.FLOAT32, Tensor.of(1f).dtype());
    assertSame(DType.FLOAT64, Tensor.of(1.0).dtype());
    assertSame(DType.INT32, Tensor.of(1).dtype());
    assertSame(DType.INT64, Tensor.of(1L).dtype());
    assertSame(DType.INT16, Tensor.of((short) 1).dtype());
    assertSame(DType.INT8, Tensor.of((byte) 1).dtype());
    assertSame(DType.BOOL, Tensor.of(true).dtype());
    assertSame(DType.FLOAT32, Tensor.of(List.of(1, 2.5f)).dtype());
    assertSame(DType.FLOAT32, Tensor.scalar(1).dtype());
  }

  @Test
  void nestedArraysComeBackAsTheyWere() {
    float[][][] nested = {{{1, 2}, {3, 4}}, {{5, 6}, {7, 8}}};
    Tensor x = Tensor.of(nested);
    assertEquals(Shape.of(2, 2, 2), x.shape());
    assertArrayEquals(nested, (float[][][]) x.toArray());
    boolean[][] bits = {{true}, {false}};
    assertArrayEquals(bits, (boolean[][]) Tensor.of(bits).toArray());
    assertEquals(3, Tensor.of(3).toArray());
    assertEquals(Shape.of(0, 0), Tensor.of(new int[0][2]).shape());
    assertEquals(Shape.of(2, 0), Tensor.of(new int[2][0]).shape());
    assertArrayEquals(
        new short[] {255}, (short[]) Tensor.of(255, DType.UINT8).reshape(1).toArray());
  }

  @Test
  void raggedNullAndForeignValuesAreRefused() {
    assertThrows(ShapeException.class, () -> Tensor.of(new int[][] {{1}, {1, 2}}));
    assertThrows(ShapeException.class, () -> Tensor.of(List.of(List.of(1), 2)));
    assertThrows(ArgumentException.class, () -> Tensor.of("text"));
    assertThrows(ArgumentException.class, () -> Tensor.of(new Object[] {1, null}));
    assertThrows(ArgumentException.class, () -> Tensor.of((Object) null));
    assertThrows(ShapeException.class, () -> Tensor.of(new float[5], 2, 3));
  }

  @Test
  void integersThatDoNotFitAreRefused() {
    assertThrows(DTypeException.class, () -> Tensor.of(new int[] {300}, DType.UINT8));
    assertThrows(DTypeException.class, () -> Tensor.of(0.5, DType.INT32));
    assertThrows(DTypeException.class, () -> Ops.full(Shape.of(1), -1, DType.UINT8));
    assertThrows(DTypeException.class, () -> Ops.full(Shape.of(1), 0x1p63, DType.INT64));
    assertThrows(DTypeException.class, () -> Ops.scalar(Double.NaN, DType.INT64));
    assertThrows(DTypeException.class, () -> Tensor.of(1L << 40).toIntArray());
    assertThrows(DTypeException.class, () -> f(1).toIntArray());
    assertThrows(DTypeException.class, () -> i(1).toBooleanArray());
  }

  @Test
  void buffersAreCopiedWithoutMovingTheirPosition() {
    FloatBuffer b = FloatBuffer.wrap(new float[] {0, 1, 2, 3, 4}).position(1);
    same(Tensor.of(new float[] {1, 2, 3, 4}, 2, 2), Tensor.of(b, 2, 2));
    assertEquals(1, b.position());
    ByteBuffer raw = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    raw.putInt(0, 7).putInt(4, -1);
    same(Tensor.of(new int[] {7, -1}), Tensor.of(raw, DType.INT32));
    assertThrows(ShapeException.class, () -> Tensor.of(raw.limit(7), DType.INT32));
  }

  @Test
  void bitsOfHalfTypesAndBytesGoThrough() {
    Tensor h = Tensor.of(new float[] {1, -2}, DType.FLOAT16);
    assertArrayEquals(new short[] {0x3C00, (short) 0xC000}, h.toShortArray());
    same(h, Tensor.of(h.toShortArray(), DType.FLOAT16));
    Tensor u = Tensor.of(new int[] {0, 255}, DType.UINT8);
    assertArrayEquals(new byte[] {0, -1}, u.toByteArray());
    same(u, Tensor.of(u.toByteArray(), DType.UINT8));
    assertArrayEquals(new long[] {0, 255}, u.toLongArray());
  }

  @Test
  void itemNeedsExactlyOneElement() {
    assertEquals(2.5, f(2.5f).item());
    assertEquals(Long.MAX_VALUE, Tensor.of(Long.MAX_VALUE).itemLong());
    assertThrows(ShapeException.class, () -> f(1, 2).item());
    assertThrows(DTypeException.class, () -> f(1).itemLong());
  }

  @Test
  void sameAsComparesBitsAndAllCloseNumbers() {
    assertFalse(f(0f).sameAs(f(-0f)));
    assertTrue(f(0f).allClose(f(-0f)));
    assertTrue(f(Float.NaN).sameAs(f(Float.NaN)));
    assertFalse(f(Float.NaN).allClose(f(Float.NaN)));
    assertTrue(f(Float.NaN).allClose(f(Float.NaN), 0, 0, true));
    assertFalse(f(Float.POSITIVE_INFINITY).allClose(f(1e38f), 1e9, 0));
    assertTrue(f(Float.POSITIVE_INFINITY).allClose(f(Float.POSITIVE_INFINITY)));
    assertFalse(f(1).sameAs(Tensor.of(new double[] {1})));
  }

  // ---- elementwise ------------------------------------------------------------------------------

  @Test
  void numbersOnTheLeft() {
    Tensor x = f(1, 2, 4);
    same(f(1, 0, -2), x.rsub(2));
    same(f(2, 1, 0.5f), x.rdiv(2));
    close(f(2, 4, 16), x.rpow(2));
    close(f(2, 4, 16), x.exp2());
    close(f(0, 1, 2), x.log2());
    close(f(0, 1, 3), f(1, 10, 1000).log10());
  }

  @Test
  void integersDivideAsFloatsAndFloorTowardsMinusInfinity() {
    same(f(0.5f, -1.5f), Tensor.of(new int[] {1, -3}).div(2));
    same(i(0, -2), i(1, -3).floorDiv(2));
    same(i(1, 1), i(1, -3).floorMod(2));
    same(i(1, -1), i(1, -3).fmod(2));
    assertThrows(TensorException.class, () -> i(1).floorDiv(0));
  }

  @Test
  void roundingLeavesIntegersAlone() {
    same(i(3), i(3).floor());
    same(f(2, 2, -2), f(1.5f, 2.5f, -1.5f).round());
    same(f(1, -2), f(1.9f, -1.1f).floor());
  }

  @Test
  void specialTestsOfIntegersAreConstant() {
    assertFalse(i(1, 2).isNan().any().itemBoolean());
    assertTrue(i(1, 2).isFinite().all().itemBoolean());
    assertTrue(f(Float.NaN).isNan().itemBoolean());
    assertTrue(f(Float.NEGATIVE_INFINITY).isInf().itemBoolean());
  }

  @Test
  void stableFormsDoNotOverflow() {
    Tensor x = f(-1000, -1, 0, 1, 1000);
    close(f(0, 0.31326169f, 0.69314718f, 1.31326169f, 1000), x.softplus());
    close(f(-1000, -1.31326169f, -0.69314718f, -0.31326169f, 0), x.logSigmoid());
    close(f(0, -0.26894142f, 0, 0.73105858f, 1000), x.silu());
    assertTrue(f(Float.NaN).softplus().isNan().itemBoolean());
  }

  @Test
  void clampKeepsNanAndItsType() {
    same(f(-1, 0.5f, 1, Float.NaN), f(-3, 0.5f, 7, Float.NaN).hardtanh());
    same(i(0, 2, 3), i(-5, 2, 9).clamp(0, 3));
    same(i(-5, 2, 3), i(-5, 2, 9).clip(Double.NEGATIVE_INFINITY, 3));
    same(f(1, 1), f(0, 3).clamp(2, 1)); // the upper bound wins, as in PyTorch
  }

  @Test
  void logicTakesTruthValuesAndBitsTakeBits() {
    Tensor t = Tensor.of(new boolean[] {true, true, false, false});
    Tensor u = i(1, 0, 5, 0);
    same(Tensor.of(new boolean[] {true, false, false, false}), t.logicalAnd(u));
    same(Tensor.of(new boolean[] {true, true, true, false}), t.logicalOr(u));
    same(Tensor.of(new boolean[] {false, true, true, false}), t.logicalXor(u));
    same(Tensor.of(new boolean[] {false, true, false, true}), u.logicalNot());
    same(i(4), i(6).bitwiseAnd(i(12)));
    same(i(-7), i(6).bitwiseNot());
    same(i(24, -2), i(6, -8).shiftLeft(i(2, 0)).shiftRight(i(0, 2)));
    assertThrows(DTypeException.class, () -> f(1).bitwiseAnd(i(1)));
  }

  @Test
  void specialFunctions() {
    close(f(-0.57721566f, 0.42278434f), f(1, 2).digamma());
    close(f(1.64493407f), f(1).polygamma(1));
    close(f(0.69314718f), f(3).lgamma());
    close(f(0.5f), f(0.5f).erf().erfinv());
    assertThrows(ArgumentException.class, () -> f(1).polygamma(-1));
  }

  // ---- reductions -------------------------------------------------------------------------------

  @Test
  void reductionsOverAxesAndAll() {
    Tensor x = Ops.arange(0, 6, 1, DType.FLOAT32).reshape(2, 3);
    same(f(3, 12), x.sum(-1));
    same(f(1.5f, 2.5f, 3.5f).reshape(1, 3), x.mean(true, 0));
    assertEquals(15, x.sum().item());
    assertEquals(15, x.sum(0, 1).item());
    assertEquals(0, x.prod().item());
    close(f(0.6666667f, 0.6666667f), x.var(1));
    close(f(1, 1), x.var(1, false, 1));
    close(f(0.8164966f, 0.8164966f).reshape(2, 1), x.std(0, true, 1));
    close(f(2.4076059f, 5.4076059f), x.logSumExp(1));
    same(Tensor.of(new boolean[] {true, true, true}), x.any(0));
    same(Tensor.of(new boolean[] {false, true}), x.all(1));
    same(i(2, 3), x.countNonzero(1));
    assertThrows(ShapeException.class, () -> x.sum(0, -2));
    assertThrows(ShapeException.class, () -> x.sum(2));
  }

  @Test
  void emptyReductions() {
    Tensor empty = Ops.zeros(0, 3);
    assertEquals(0, empty.sum().item());
    assertEquals(1, empty.prod().item());
    assertFalse(empty.any().itemBoolean());
    assertTrue(empty.all().itemBoolean());
    assertTrue(Double.isNaN(empty.mean().item()));
    assertThrows(ShapeException.class, empty::max);
    assertEquals(Shape.of(0), empty.max(1).shape());
  }

  @Test
  void logSumExpOfInfinities() {
    float inf = Float.POSITIVE_INFINITY;
    same(f(-inf, inf), Tensor.of(new float[][] {{-inf, -inf}, {inf, 1}}).logSumExp(1));
  }

  @Test
  void norms() {
    Tensor x = f(3, -4, 0);
    assertEquals(5, x.norm().item());
    assertEquals(7, x.norm(1, false).item());
    assertEquals(2, x.norm(0, false).item());
    assertEquals(4, x.norm(Double.POSITIVE_INFINITY, false).item());
    assertEquals(0, x.norm(Double.NEGATIVE_INFINITY, false).item());
    assertEquals(Math.cbrt(91), x.norm(3, false).item(), 1e-6);
    assertEquals(0, Ops.zeros(3).norm().item());
  }

  @Test
  void integerSumsAreLong() {
    same(Tensor.of(300L), Tensor.of(new byte[] {100, 100, 100}).sum());
    same(Tensor.of(2L), Tensor.of(new boolean[] {true, true, false}).sum());
    same(f(100), Tensor.of(new byte[] {100, 100, 100}).mean().reshape(1));
  }

  @Test
  void meanOfHalfTypesDoesNotOverflow() {
    Tensor x = Ops.full(Shape.of(4), 60000, DType.FLOAT16);
    assertEquals(60000, x.mean().item(), 32);
    assertSame(DType.FLOAT16, x.mean().dtype());
    assertEquals(0, x.var().item());
  }

  @Test
  void placesOfExtremes() {
    Tensor x = Tensor.of(new float[][] {{1, 5, 5}, {7, 0, -1}});
    assertEquals(3, x.argmax().itemLong());
    same(i(1, 0), x.argmax(1));
    same(i(0, 2).reshape(2, 1), x.argmin(1, true));
    assertEquals(1, f(1, Float.NaN, 9).argmax().itemLong());
  }

  @Test
  void runningSumsAndProducts() {
    same(i(1, 3, 6, 10), i(1, 2, 3, 4).cumsum(0));
    same(i(1, 2, 6, 24, 120), i(1, 2, 3, 4, 5).cumprod(-1));
    Tensor x = Tensor.of(new float[][] {{2, -3}, {0, 4}});
    same(Tensor.of(new float[][] {{2, -6}, {0, 0}}), x.cumprod(1));
    same(Ops.zeros(0), Ops.zeros(0).cumprod(0));
  }

  // ---- products ---------------------------------------------------------------------------------

  @Test
  void matrixProductsBroadcast() {
    Tensor a = Ops.arange(0, 12, 1, DType.FLOAT32).reshape(2, 2, 3);
    Tensor b = Ops.arange(0, 6, 1, DType.FLOAT32).reshape(3, 2);
    assertEquals("[[[10. 13.]\n  [28. 40.]]\n\n [[46. 67.]\n  [64. 94.]]]", a.matmul(b).toString());
    assertEquals(Shape.of(2, 2), a.matmul(f(1, 1, 1)).shape());
    assertEquals(Shape.of(2, 2), f(1, 1, 1).matmul(a.transpose(0, 2, 1)).shape());
    assertEquals(14, f(1, 2, 3).matmul(f(1, 2, 3)).item());
    assertEquals(Shape.of(5, 2, 2, 2), Ops.zeros(5, 1, 2, 3).matmul(a.swapAxes(1, 2)).shape());
    assertThrows(ShapeException.class, () -> a.matmul(Ops.zeros(2, 2)));
    assertThrows(ShapeException.class, () -> a.matmul(Tensor.scalar(1)));
  }

  @Test
  void contractionsAgreeWithEachOther() {
    Tensor a = Random.randn(new Generator(1), 2, 3, 4);
    Tensor b = Random.randn(new Generator(2), 4, 3, 5);
    Tensor expected = Ops.einsum("abc,cbd->ad", a, b);
    close(expected, a.tensorDot(b, new int[] {1, 2}, new int[] {1, 0}));
    close(expected, a.transpose(0, 2, 1).reshape(2, 12).matmul(b.reshape(12, 5)));
    close(Ops.einsum("i,j", f(1, 2), f(3, 4)), f(1, 2).outer(f(3, 4)));
    close(
        Ops.einsum(
            "abc,cd",
            a,
            b.at(0).transpose().narrow(1, 0, 3).tile(1, 1).get(Index.places(0, 1, 2, 3))),
        a.dot(b.at(0).transpose().narrow(1, 0, 3).get(Index.places(0, 1, 2, 3))));
    close(a.tensorDot(b.transpose(), new int[0], new int[0]).sum(), a.sum().mul(b.sum()));
    same(Ops.tensorDot(a, a, 0).flatten(), a.outer(a).flatten());
  }

  @Test
  void einsumDiagonalsTracesDotsAndOrder() {
    Tensor m = Ops.arange(9).reshape(3, 3);
    same(i(0, 4, 8), Ops.einsum("ii->i", m));
    assertEquals(12, Ops.einsum("ii", m).itemLong());
    same(m.transpose(), Ops.einsum("ji", m));
    same(m.transpose(), Ops.einsum("ij->ji", m));
    Tensor x = Ops.arange(24).reshape(2, 3, 4);
    same(x.sum(-1), Ops.einsum("...i->...", x));
    same(x.matmul(x.transpose(0, 2, 1)), Ops.einsum("...ij,...kj->...ik", x, x));
    assertThrows(ArgumentException.class, () -> Ops.einsum("ij", m, m));
    assertThrows(ArgumentException.class, () -> Ops.einsum("ij->k", m));
    assertThrows(ArgumentException.class, () -> Ops.einsum("i1", m));
    assertThrows(ShapeException.class, () -> Ops.einsum("ij,jk", m, x.at(0).transpose()));
  }

  // ---- movement ---------------------------------------------------------------------------------

  @Test
  void shapesChange() {
    Tensor x = Ops.arange(24).reshape(2, 3, 4);
    assertEquals(Shape.of(2, 12), x.reshape(2, -1).shape());
    assertEquals(Shape.of(24), x.flatten().shape());
    assertEquals(Shape.of(6, 4), x.flatten(0, 1).shape());
    assertEquals(Shape.of(4, 2, 3), x.moveAxis(-1, 0).shape());
    assertEquals(Shape.of(4, 3, 2), x.swapAxes(0, 2).shape());
    assertEquals(Shape.of(1, 2, 3, 4, 1), x.expandDims(0, -1).shape());
    assertEquals(x.shape(), x.expandDims(0, -1).squeeze().shape());
    assertThrows(ShapeException.class, () -> x.reshape(5, -1));
    assertThrows(ShapeException.class, () -> x.reshape(-2, -12));
    assertThrows(ShapeException.class, () -> x.reshape(-1, -1));
    assertThrows(ShapeException.class, () -> x.reshape(1L << 40, 1L << 40, -1));
    assertThrows(ShapeException.class, () -> x.squeeze(0));
    assertThrows(ShapeException.class, () -> x.broadcastTo(3, 3, 4));
  }

  @Test
  void partsJoinAgain() {
    Tensor x = Ops.arange(10).reshape(2, 5);
    assertEquals(List.of(2L, 2L, 1L), x.split(2, 1).stream().map(p -> p.dim(1)).toList());
    assertEquals(2, x.chunk(4, 1).get(0).dim(1));
    same(x, Ops.concat(x.split(new long[] {1, 0, 4}, 1), 1));
    same(x, Ops.stack(x.unstack(0), 0));
    same(x, Ops.concat(0, x.narrow(0, 0, 1), x.narrow(0, -1, 1)));
    assertThrows(ShapeException.class, () -> x.split(new long[] {6, -1}, 1));
    assertThrows(ShapeException.class, () -> x.narrow(1, 3, 3));
    assertThrows(ArgumentException.class, () -> Ops.stack(List.of(), 0));
    assertThrows(ShapeException.class, () -> Ops.concat(0, x, x.transpose()));
  }

  @Test
  void repetitions() {
    same(i(0, 1, 0, 1, 0, 1), i(0, 1).tile(3));
    same(Tensor.of(new long[][] {{0, 1, 0, 1}, {0, 1, 0, 1}}), i(0, 1).tile(2, 2));
    same(i(0, 0, 1, 1), i(0, 1).repeatInterleave(2, 0));
    same(i(1, 1, 1, 2), i(0, 1, 2).repeatInterleave(new long[] {0, 3, 1}, 0));
    same(i(3, 4, 0, 1, 2), Ops.arange(5).roll(2, 0));
    same(i(1, 2, 3, 4, 0), Ops.arange(5).roll(-6, 0));
  }

  @Test
  void borders() {
    Tensor x = i(1, 2, 3);
    long[] two = {2};
    long[] one = {1};
    same(i(9, 9, 1, 2, 3, 9), x.pad(two, one, 9));
    same(i(3, 2, 1, 2, 3, 2), x.padReflect(two, one));
    same(i(1, 1, 1, 2, 3, 3), x.padReplicate(two, one));
    same(i(2, 3, 1, 2, 3, 1), x.padCircular(two, one));
    assertThrows(ShapeException.class, () -> x.padReflect(new long[] {3}, one));
    same(i(2, 3, 9), x.pad(new long[] {-1}, one, 9)); // negative borders cut off
    assertThrows(ShapeException.class, () -> x.pad(new long[2], new long[2], 0));
  }

  @Test
  void trianglesAndDiagonals() {
    Tensor x = Ops.arange(1, 7).reshape(2, 3);
    same(Tensor.of(new long[][] {{1, 0, 0}, {4, 5, 0}}), x.tril(0));
    same(Tensor.of(new long[][] {{0, 2, 3}, {0, 0, 6}}), x.triu(1));
    same(i(1, 5), x.diagonal(0));
    same(i(2, 6), x.diagonal(1));
    same(i(4), x.diagonal(-1));
    same(i(), x.diagonal(5));
    same(i(), x.diagonal(-5));
    same(Tensor.of(new long[][] {{1, 0}, {0, 2}}), i(1, 2).diag());
    same(i(1, 5), x.diag());
    assertEquals(Shape.of(4, 2), Ops.zeros(4, 2, 3).diagonal(1).shape());
  }

  // ---- choosing and placing ---------------------------------------------------------------------

  @Test
  void choosing() {
    Tensor x = Ops.arange(6).reshape(2, 3);
    same(i(4, 5), x.maskedSelect(x.gt(3)));
    same(i(0, 1, 2, -1, -1, -1).reshape(2, 3), x.maskedFill(x.ge(3), -1));
    same(x.maskedFill(x.ge(3), 0), x.where(x.lt(3), 0));
    same(
        i(2, 0).reshape(2, 1),
        x.sub(i(0, 3).reshape(2, 1)).gatherElements(1, i(2, 0).reshape(2, 1)));
    same(i(1), x.gatherElements(1, i(1).reshape(1, 1)).flatten());
    same(i(5, 0), x.gatherNd(Tensor.of(new long[][] {{1, 2}, {-2, -3}})));
    same(x.flip(0), x.gatherNd(i(1, 0).reshape(2, 1)));
    same(i(1, 3, 4).reshape(3, 1), i(0, 7, 0, 1, 1).nonzero());
    assertThrows(ShapeException.class, () -> x.gatherNd(i(2).reshape(1, 1)));
    assertThrows(DTypeException.class, () -> x.maskedSelect(x));
  }

  @Test
  void placing() {
    Tensor zeros = Ops.zeros(4);
    Tensor at = i(1, 3, 1);
    same(f(0, 30, 0, 20), zeros.scatter(0, at, f(10, 20, 30)));
    same(f(0, 40, 0, 20), zeros.scatterAdd(0, at, f(10, 20, 30)));
    Tensor nd = at.reshape(3, 1);
    Tensor twos = Ops.full(Shape.of(4), 2, DType.FLOAT32);
    same(f(2, 6, 2, 4), twos.tensorScatterMul(nd, f(1, 2, 3)));
    same(f(2, 0.5f, 2, 1), twos.tensorScatterDiv(nd, f(1, 2, 4)));
    same(f(2, 9, 2, 2), twos.tensorScatterMax(nd, f(9, 1, 3)));
    same(f(2, 1, 2, -2), twos.tensorScatterMin(nd, f(9, -2, 1)));
    same(f(2, -2, 2, 0), twos.tensorScatterSub(nd, f(1, 2, 3)));
    same(f(2, 6, 2, 4), twos.tensorScatterAdd(nd, f(1, 2, 3)));
    same(f(2, 3, 2, 2), twos.tensorScatterUpdate(nd, f(1, 2, 3)));
    Tensor x = Ops.zeros(2, 3).scatterAdd(1, i(2, 0).reshape(1, 2), Ops.ones(1, 2));
    same(Tensor.of(new float[][] {{1, 0, 1}, {0, 0, 0}}), x);
    assertThrows(ShapeException.class, () -> zeros.scatter(0, i(4), f(1)));
  }

  @Test
  void segmentsAndOneHot() {
    Tensor ones = Ops.ones(3);
    same(f(0, 1, 0, 2, 0), ones.unsortedSegmentSum(i(3, 1, 3), 5));
    same(f(0, 1), ones.unsortedSegmentSum(i(-1, 1, -7), 2));
    assertThrows(ShapeException.class, () -> ones.unsortedSegmentSum(i(3, 1, 3), 3));
    same(Tensor.of(new float[][] {{0, 0, 1}, {1, 0, 0}}), i(2, 0).oneHot(3));
  }

  @Test
  void sorting() {
    Tensor x = f(3, Float.NaN, 1, 2);
    same(f(1, 2, 3, Float.NaN), x.sort(0, false).first());
    same(i(1, 0, 3, 2), x.argsort(0, true));
    Pair<Tensor, Tensor> top = f(3, 9, 1, 9).topk(2, -1);
    same(f(9, 9), top.first());
    same(i(1, 3), top.second());
    same(f(1, 3), f(3, 9, 1, 9).topk(2, 0, false).first());
    assertThrows(ArgumentException.class, () -> x.topk(5, 0));
    Pair<Tensor, Tensor> u = Tensor.of(new long[][] {{4, 2}, {4, 7}}).unique();
    same(i(2, 4, 7), u.first());
    same(Tensor.of(new long[][] {{1, 0}, {1, 2}}), u.second());
  }

  @Test
  @SuppressWarnings("NullAway") // a caller without null checks
  void nullOperandsAreNamed() {
    ArgumentException e = assertThrows(ArgumentException.class, () -> f(1).add((Tensor) null));
    assertEquals("add: the second operand must not be null", e.getMessage());
    assertThrows(ArgumentException.class, () -> f(1).matmul(null));
    assertThrows(ArgumentException.class, () -> f(1).cast(null));
    assertThrows(ArgumentException.class, () -> Ops.where(null, f(1), f(2)));
    assertThrows(ArgumentException.class, () -> f(1).get((Index) null));
  }

  @Test
  void boolMatricesHaveNoProduct() {
    Tensor b = Tensor.of(new boolean[][] {{true}});
    assertThrows(DTypeException.class, () -> b.matmul(b));
  }

  @Test
  void conditionsMustBeBool() {
    assertThrows(DTypeException.class, () -> Ops.where(i(1), f(1), f(2)));
    same(f(1, 5), Ops.where(Tensor.of(new boolean[] {true, false}), f(1, 2), 5));
  }

  // ---- the process ------------------------------------------------------------------------------

  @Test
  void processSettings() {
    assertTrue(Mycel.backends().containsKey("reference"));
    assertTrue(Mycel.threads() >= 1);
    assertTrue(Mycel.memory().budgetBytes() >= 0);
    assertFalse(Mycel.version().isEmpty());
    assertEquals(Mycel.backend(), Mycel.device().backend());
    ArgumentException e = assertThrows(ArgumentException.class, () -> Mycel.setDevice("TPU"));
    assertTrue(e.getMessage().contains("Mycel.backends()"));
    assertThrows(DeviceException.class, () -> Mycel.setBackend("abacus"));
    assertThrows(ArgumentException.class, () -> Mycel.setThreads(0));
    assertThrows(ArgumentException.class, () -> Mycel.setMemoryBudget(0));
  }

  @Test
  void precisionInForceCastsFloatsOnly() {
    Precision before = Precision.swap(Precision.of(DType.FLOAT16));
    try {
      assertSame(DType.FLOAT16, f(1).add(f(2)).dtype());
      assertSame(DType.FLOAT16, f(1).matmul(f(2)).dtype());
      assertSame(DType.INT64, i(1).add(i(2)).dtype());
      assertSame(DType.FLOAT16, f(1).mean().dtype());
    } finally {
      Precision.swap(before);
    }
    assertSame(DType.FLOAT32, f(1).add(f(2)).dtype());
  }
}
