package dev.mycel.test;

import static dev.mycel.core.None.NONE;

import dev.mycel.core.Attrs;
import dev.mycel.core.DType;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Primitive;
import dev.mycel.core.Prims;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Sums of {@value #TERMS} small numbers, wherever primitives add up. A half type that adds up in
 * itself stops at 256 or 2048 times its terms; a float32 sum from the first term to the last drifts
 * off by more than half a thousandth.
 */
final class Accumulations {
  static final int TERMS = 1 << 16;
  private static final int SIDE = 256;

  /** How a primitive has to add up. */
  enum Care {
    /** In pieces or wider: sums whose terms lie beside each other. */
    SUM,
    /** One term after another in float32 is good enough: products, and additions by index. */
    CHAIN
  }

  /**
   * One kind of sum.
   *
   * @param care how exact it has to be
   * @param result a tensor whose first element is the sum, from inputs of an element type
   * @param right the sum, from the number that the element type holds as a term
   */
  record Sum(Care care, Function<DType, Tensor> result, Function<Double, Double> right) {}

  private Accumulations() {}

  /** A number that the half types hold exactly, as they do all its sums here, or one that not. */
  static double term(DType t) {
    double wanted = t.bytes() == 2 ? 0.125 : 0.1;
    return HostValues.of(t, Shape.scalar(), new double[] {wanted}).get(0);
  }

  /** The relative error that may remain. */
  static double allowed(Care care, DType t) {
    return switch (t) {
      case FLOAT16, BFLOAT16 -> Tolerance.of(t);
      case FLOAT32 -> care == Care.SUM ? 0x1p-14 : TERMS * 0x1p-24;
      default -> TERMS * 0x1p-53;
    };
  }

  /** The sums by name. */
  static Map<String, Sum> all() {
    Map<String, Sum> all = new TreeMap<>();
    sums(all);
    products(all);
    byIndex(all);
    means(all);
    return all;
  }

  private static void put(
      Map<String, Sum> all,
      String name,
      Function<Double, Double> right,
      Function<DType, Tensor> f) {
    all.put(name, new Sum(Care.SUM, f, right));
  }

  private static void chain(
      Map<String, Sum> all,
      String name,
      Function<Double, Double> right,
      Function<DType, Tensor> f) {
    all.put(name, new Sum(Care.CHAIN, f, right));
  }

  private static Tensor filled(DType t, double value, long... shape) {
    double[] v = new double[(int) Shape.of(shape).size()];
    Arrays.fill(v, value);
    return HostValues.of(t, Shape.of(shape), v).toTensor();
  }

  private static Tensor terms(DType t, long... shape) {
    return filled(t, term(t), shape);
  }

  private static Tensor ones(DType t, long... shape) {
    return filled(t, 1, shape);
  }

  private static <A> Tensor bind(Primitive<A> p, A attrs, Tensor... in) {
    return Interpreters.bindAll(p, attrs, in)[0];
  }

  private static void sums(Map<String, Sum> all) {
    Function<Double, Double> sum = v -> v * TERMS;
    put(
        all,
        "reduce_sum of rows",
        sum,
        t -> bind(Prims.REDUCE_SUM, new Attrs.Axes(1), terms(t, 2, TERMS)));
    put(
        all,
        "reduce_sum of columns",
        sum,
        t -> bind(Prims.REDUCE_SUM, new Attrs.Axes(0), terms(t, TERMS, 2)));
    put(
        all,
        "reduce_sum of everything",
        sum,
        t -> bind(Prims.REDUCE_SUM, new Attrs.Axes(0, 1), terms(t, SIDE, SIDE)));
    put(
        all,
        "square_sum",
        v -> v * v * TERMS,
        t -> bind(Prims.SQUARE_SUM, NONE, terms(t, SIDE, SIDE)));
    // The running sum ends at the front.
    put(
        all,
        "cumsum",
        sum,
        t -> bind(Prims.CUMSUM, new Attrs.Scan(0, false, true), terms(t, TERMS)));
  }

  private static long[] l(long... values) {
    return values;
  }

  private static void products(Map<String, Sum> all) {
    Function<Double, Double> sum = v -> v * TERMS;
    chain(all, "matmul", sum, t -> bind(Prims.MATMUL, NONE, terms(t, 2, TERMS), ones(t, TERMS, 3)));
    chain(all, "linear", sum, t -> bind(Prims.LINEAR, NONE, terms(t, 2, TERMS), ones(t, 3, TERMS)));
    Attrs.Conv plain = new Attrs.Conv(l(1, 1), l(0, 0), l(0, 0), l(1, 1), 1);
    chain(
        all,
        "conv",
        sum,
        t -> bind(Prims.CONV, plain, terms(t, 1, 4096, 4, 4), ones(t, 2, 4096, 4, 4)));
    chain(
        all,
        "conv_input_grad",
        sum,
        t ->
            bind(
                Prims.CONV_INPUT_GRAD,
                new Attrs.ConvGrad(plain, Shape.of(1, 2, 1, 1)),
                terms(t, 1, TERMS, 1, 1),
                ones(t, TERMS, 2, 1, 1)));
    chain(
        all,
        "conv_weight_grad",
        sum,
        t ->
            bind(
                Prims.CONV_WEIGHT_GRAD,
                new Attrs.ConvGrad(plain, Shape.of(2, 3, 1, 1)),
                ones(t, 16, 3, 64, 64),
                terms(t, 16, 2, 64, 64)));
  }

  private static void byIndex(Map<String, Sum> all) {
    Function<Double, Double> sum = v -> v * TERMS;
    Attrs.AxisSize two = new Attrs.AxisSize(0, 2);
    chain(
        all,
        "take_add",
        sum,
        t -> bind(Prims.TAKE_ADD, two, terms(t, TERMS, 1), filled(DType.INT64, 0, TERMS)));
    chain(
        all,
        "put_along_add",
        sum,
        t -> bind(Prims.PUT_ALONG_ADD, two, terms(t, TERMS), filled(DType.INT64, 0, TERMS)));
  }

  private static void means(Map<String, Sum> all) {
    Attrs.Window whole = new Attrs.Window(l(SIDE, SIDE), l(1, 1), l(0, 0), l(0, 0), l(1, 1), true);
    put(all, "avg_pool", v -> v, t -> bind(Prims.AVG_POOL, whole, terms(t, 1, 1, SIDE, SIDE)));
    Attrs.Axis last = new Attrs.Axis(1);
    put(all, "softmax", v -> 1.0 / TERMS, t -> bind(Prims.SOFTMAX, last, filled(t, 0, 2, TERMS)));
    put(
        all,
        "log_softmax",
        v -> -Math.log(TERMS),
        t -> bind(Prims.LOG_SOFTMAX, last, filled(t, 0, 2, TERMS)));
    put(
        all,
        "softmax_cross_entropy",
        v -> Math.log(TERMS),
        t ->
            bind(
                Prims.SOFTMAX_CROSS_ENTROPY,
                NONE,
                filled(t, 0, 2, TERMS),
                filled(DType.INT64, 0, 2)));
    put(all, "mean of batch_norm", v -> v, t -> batchNorm(t)[1]);
    put(all, "mean of layer_norm", v -> v, t -> layerNorm(t)[1]);
    chain(
        all,
        "attention",
        v -> v,
        t ->
            bind(
                Prims.ATTENTION,
                new Attrs.Attention(1, false),
                filled(t, 0, 2, 1),
                filled(t, 0, TERMS, 1),
                terms(t, TERMS, 1)));
  }

  private static Tensor[] batchNorm(DType t) {
    DType wide = t.accumulator();
    return Interpreters.bindAll(
        Prims.BATCH_NORM,
        new Attrs.Epsilon(1e-3),
        terms(t, SIDE, 2, SIDE),
        ones(wide, 2),
        ones(wide, 2));
  }

  private static Tensor[] layerNorm(DType t) {
    DType wide = t.accumulator();
    return Interpreters.bindAll(
        Prims.LAYER_NORM,
        new Attrs.LayerNorm(1, 1e-3),
        terms(t, 2, TERMS),
        ones(wide, TERMS),
        ones(wide, TERMS));
  }

  /** Computes a sum on the current backend and compares. */
  static void check(Sum sum, DType t) {
    HostValues found = LeakCheck.values(() -> new Tensor[] {sum.result().apply(t)})[0];
    double right = sum.right().apply(term(t));
    double off = Math.abs(found.get(0) - right) / Math.abs(right);
    double most = allowed(sum.care(), t);
    if (!(off <= most)) {
      throw new AssertionError(
          String.format(
              Locale.ROOT,
              "%d terms of %s in %s give %s instead of %s: off by %.2g of it, %.2g are allowed",
              TERMS,
              term(t),
              t,
              found.get(0),
              right,
              off,
              most));
    }
  }

  /** The element types that add up. */
  static List<DType> dtypes() {
    return List.of(DType.FLOAT16, DType.BFLOAT16, DType.FLOAT32, DType.FLOAT64);
  }
}
