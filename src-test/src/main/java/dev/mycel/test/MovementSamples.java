package dev.mycel.test;

import static dev.mycel.core.None.NONE;

import dev.mycel.core.Attrs;
import dev.mycel.core.DType;
import dev.mycel.core.DTypeException;
import dev.mycel.core.Law;
import dev.mycel.core.Prims;
import dev.mycel.core.Shape;
import dev.mycel.core.ShapeException;
import java.util.List;

/** Rows of movement, reductions, contraction, indexing and sources. */
final class MovementSamples {
  private static final double NAN = Double.NaN;

  private MovementSamples() {}

  static void addTo(List<OpSample<?>> rows) {
    views(rows);
    padding(rows);
    reductions(rows);
    extremes(rows);
    scans(rows);
    contraction(rows);
    indexing(rows);
    sources(rows);
  }

  private static void views(List<OpSample<?>> rows) {
    Draw x = Draw.normal(2, 3, 4);
    for (long[] to : new long[][] {{24}, {6, 4}, {1, 2, 12}}) {
      rows.add(
          OpSample.of(Prims.RESHAPE, new Attrs.To(Shape.of(to)), x)
              .note("to " + Shape.of(to))
              .all()
              .oracle((in, s) -> new double[][] {in[0]})
              .refuses("another size", ShapeException.class, Draw.normal(5))
              .row());
    }
    rows.add(
        OpSample.of(Prims.RESHAPE, new Attrs.To(Shape.of(0, 5)), Draw.normal(3, 0))
            .note("empty")
            .row());
    rows.add(OpSample.of(Prims.TRANSPOSE, new Attrs.Permutation(2, 0, 1), x).all().row());
    rows.add(
        OpSample.of(Prims.TRANSPOSE, new Attrs.Permutation(1, 0), Draw.normal(3, 4))
            .note("matrix")
            .oracle(
                (in, s) -> {
                  double[] out = new double[12];
                  java.util.Arrays.setAll(out, i -> in[0][i % 3 * 4 + i / 3]);
                  return new double[][] {out};
                })
            .refuses("another rank", ShapeException.class, Draw.normal(2, 3, 4))
            .row());
    rows.add(
        OpSample.of(Prims.BROADCAST_TO, new Attrs.To(Shape.of(2, 3, 4)), Draw.normal(3, 1))
            .all()
            .refuses("no broadcast", ShapeException.class, Draw.normal(2, 4))
            .row());
    rows.add(
        OpSample.of(Prims.BROADCAST_TO, new Attrs.To(Shape.of(2, 3)), Draw.normal())
            .note("scalar")
            .row());
    rows.add(
        OpSample.of(Prims.BROADCAST_TO, new Attrs.To(Shape.of(3, 0, 4)), Draw.normal(0, 1))
            .note("empty")
            .row());
    Attrs.Slice slice =
        new Attrs.Slice(new long[] {0, 1, 1}, Shape.of(2, 2, 2), new long[] {1, 1, 2});
    rows.add(
        OpSample.of(Prims.SLICE, slice, x)
            .all()
            .refuses("past the end", ShapeException.class, Draw.normal(2, 3, 3))
            .row());
    rows.add(
        OpSample.of(
                Prims.SLICE,
                new Attrs.Slice(new long[] {1}, Shape.of(0), new long[] {1}),
                Draw.normal(3))
            .note("nothing")
            .row());
    rows.add(OpSample.of(Prims.FLIP, new Attrs.Axes(0, 2), x).all().row());
  }

  private static void padding(List<OpSample<?>> rows) {
    Attrs.Pad pad = new Attrs.Pad(new long[] {1, 0}, new long[] {2, 1}, new long[] {0, 2}, 3);
    rows.add(OpSample.of(Prims.PAD, pad, Draw.normal(2, 3)).all().row());
    rows.add(
        OpSample.of(
                Prims.PAD,
                new Attrs.Pad(new long[] {2}, new long[] {1}, new long[] {0}, -1),
                Draw.normal(0))
            .note("empty")
            .row());
    rows.add(
        OpSample.of(
                Prims.CONCAT,
                new Attrs.Axis(1),
                Draw.normal(2, 3),
                Draw.normal(2, 1),
                Draw.normal(2, 2))
            .all()
            .refuses("rows differ", ShapeException.class, Draw.normal(2, 3), Draw.normal(3, 3))
            .row());
    rows.add(
        OpSample.of(Prims.CONCAT, new Attrs.Axis(0), Draw.normal(0, 2), Draw.normal(3, 2))
            .note("empty part")
            .row());
    rows.add(
        OpSample.of(Prims.CONCAT, new Attrs.Axis(1), Draw.normal(20, 7, 5), Draw.normal(20, 9, 5))
            .note("large")
            .all()
            .gradOrder(0)
            .row());
    rows.add(
        OpSample.of(Prims.SPLIT, new Attrs.Split(1, 1, 3, 0, 2), Draw.normal(2, 6, 3))
            .all()
            .refuses("not all", ShapeException.class, Draw.normal(2, 7, 3))
            .row());
  }

  private static void reductions(List<OpSample<?>> rows) {
    Draw x = Draw.normal(3, 4, 5);
    for (int[] axes : new int[][] {{2}, {0}, {1}, {0, 2}, {0, 1, 2}}) {
      Attrs.Axes a = new Attrs.Axes(axes);
      String note = "axes " + a;
      rows.add(
          OpSample.of(Prims.REDUCE_SUM, a, x)
              .note(note)
              .numbers()
              .loose(16)
              .oracle((in, s) -> new double[][] {Oracles.reduce(in[0], s[0], axes, 0, Double::sum)})
              .row());
      rows.add(
          OpSample.of(Prims.REDUCE_PROD, a, Draw.uniform(0.6, 1.6, 3, 4, 5))
              .note(note)
              .loose(64)
              .oracle(
                  (in, s) -> new double[][] {Oracles.reduce(in[0], s[0], axes, 1, (p, q) -> p * q)})
              .row());
      rows.add(
          OpSample.of(Prims.REDUCE_MAX, a, Draw.distinct(3, 4, 5))
              .note(note)
              .all()
              .oracle(
                  (in, s) ->
                      new double[][] {
                        Oracles.reduce(in[0], s[0], axes, Double.NEGATIVE_INFINITY, Math::max)
                      })
              .row());
      rows.add(
          OpSample.of(Prims.REDUCE_MIN, a, Draw.distinct(3, 4, 5))
              .note(note)
              .all()
              .oracle(
                  (in, s) ->
                      new double[][] {
                        Oracles.reduce(in[0], s[0], axes, Double.POSITIVE_INFINITY, Math::min)
                      })
              .row());
    }
    squareSums(rows);
    Attrs.Axes first = new Attrs.Axes(0);
    rows.add(
        OpSample.of(Prims.REDUCE_SUM, first, Draw.normal(0, 3))
            .note("of nothing")
            .numbers()
            .oracle((in, s) -> new double[][] {new double[3]})
            .row());
    rows.add(
        OpSample.of(Prims.REDUCE_PROD, first, Draw.normal(0, 3))
            .note("of nothing")
            .oracle((in, s) -> new double[][] {{1, 1, 1}})
            .row());
    rows.add(
        OpSample.of(
                Prims.REDUCE_PROD, first, Draw.values(Shape.of(3, 3), 0, 2, 0, 4, 0, 0, 5, 6, 7))
            .note("zeros")
            .pinned(new double[] {20, 0, 0, 0, 12, 0, 0, 0, 0})
            .row());
    rows.add(
        OpSample.of(Prims.REDUCE_MAX, first, Draw.normal(0, 0))
            .note("empty")
            .flat()
            .refuses("no elements", ShapeException.class, Draw.normal(0, 3))
            .row());
  }

  private static void squareSums(List<OpSample<?>> rows) {
    rows.add(
        OpSample.of(Prims.SQUARE_SUM, NONE, Draw.normal(3, 4))
            .loose(16)
            .oracle((in, s) -> new double[][] {{squareSum(in[0])}})
            .refuses("integers", DTypeException.class, Draw.normal(2).as(DType.INT32))
            .row());
    rows.add(
        OpSample.of(Prims.SQUARE_SUM, NONE, Draw.normal(3, 5, 47))
            .note("several rows of lanes")
            .gradOrder(0)
            .loose(16)
            .oracle((in, s) -> new double[][] {{squareSum(in[0])}})
            .row());
    rows.add(
        OpSample.of(Prims.SQUARE_SUM, NONE, Draw.normal(0, 3))
            .note("of nothing")
            .oracle((in, s) -> new double[][] {{0}})
            .row());
  }

  private static double squareSum(double[] x) {
    return java.util.Arrays.stream(x).map(v -> v * v).sum();
  }

  private static void extremes(List<OpSample<?>> rows) {
    Draw tie = Draw.values(Shape.of(2, 3), 1, 1, 0, 2, 5, 5);
    Attrs.Axes last = new Attrs.Axes(1);
    double[] shared = {0.5, 0.5, 0, 0, 0.5, 0.5};
    rows.add(OpSample.of(Prims.REDUCE_MAX, last, tie).note("ties").pinned(shared).row());
    rows.add(
        OpSample.of(Prims.REDUCE_MIN, last, Draw.values(Shape.of(2, 3), 1, 1, 4, 9, 5, 5))
            .note("ties")
            .pinned(shared)
            .row());
    Draw odd = Draw.values(Shape.of(3, 3), 1, NAN, 2, NAN, 0, 1, 3, 2, 9);
    rows.add(OpSample.of(Prims.REDUCE_MAX, last, odd).note("NaN").flat().row());
    rows.add(OpSample.of(Prims.REDUCE_MIN, last, odd).note("NaN").flat().row());
    for (var p : List.of(Prims.ARGMAX, Prims.ARGMIN)) {
      for (int axis = 0; axis < 3; axis++) {
        rows.add(
            OpSample.of(p, new Attrs.Axis(axis), Draw.distinct(3, 4, 5))
                .note("axis " + axis)
                .all()
                .flat()
                .row());
      }
      rows.add(
          OpSample.of(p, new Attrs.Axis(1), odd)
              .note("first NaN")
              .flat()
              .oracle((in, s) -> new double[][] {p == Prims.ARGMAX ? A : B})
              .row());
      rows.add(
          OpSample.of(p, new Attrs.Axis(1), Draw.values(Shape.of(2, 3), 2, 2, 2, 1, 1, 1))
              .note("ties")
              .flat()
              .oracle((in, s) -> new double[][] {{0, 0}})
              .refuses("no elements", ShapeException.class, Draw.normal(2, 0))
              .row());
    }
  }

  private static final double[] A = {1, 0, 2};
  private static final double[] B = {1, 0, 1};

  private static void scans(List<OpSample<?>> rows) {
    for (boolean exclusive : new boolean[] {false, true}) {
      for (boolean reverse : new boolean[] {false, true}) {
        rows.add(
            OpSample.of(Prims.CUMSUM, new Attrs.Scan(1, exclusive, reverse), Draw.normal(3, 4, 2))
                .note((exclusive ? "exclusive " : "") + (reverse ? "reverse" : "forward"))
                .numbers()
                .loose(8)
                .row());
      }
    }
    rows.add(
        OpSample.of(Prims.CUMSUM, new Attrs.Scan(0, false, false), Draw.normal(0))
            .note("empty")
            .row());
    for (boolean descending : new boolean[] {false, true}) {
      String note = descending ? "descending" : "ascending";
      rows.add(
          OpSample.of(Prims.SORT, new Attrs.Sort(1, descending), Draw.distinct(3, 5, 2))
              .note(note)
              .all()
              .row());
      rows.add(
          OpSample.of(
                  Prims.SORT,
                  new Attrs.Sort(0, descending),
                  Draw.values(Shape.of(7), 2, NAN, 1, 2, Double.POSITIVE_INFINITY, 1, NAN))
              .note(note + ", NaN and ties")
              .flat()
              .row());
    }
  }

  private static void contraction(List<OpSample<?>> rows) {
    rows.add(
        OpSample.of(Prims.MATMUL, NONE, Draw.normal(3, 4), Draw.normal(4, 5))
            .numbers()
            .loose(16)
            .oracle((in, s) -> new double[][] {Oracles.matmul(in[0], in[1], s[0], s[1])})
            .refuses("inner axes", ShapeException.class, Draw.normal(3, 4), Draw.normal(3, 4))
            .refuses(
                "types",
                DTypeException.class,
                Draw.normal(2, 2),
                Draw.normal(2, 2).as(DType.FLOAT64))
            .row());
    rows.add(
        OpSample.of(Prims.MATMUL, NONE, Draw.normal(2, 3, 3, 4), Draw.normal(2, 3, 4, 2))
            .note("batches")
            .loose(16)
            .oracle((in, s) -> new double[][] {Oracles.matmul(in[0], in[1], s[0], s[1])})
            .row());
    rows.add(
        OpSample.of(Prims.MATMUL, NONE, Draw.normal(17, 33), Draw.normal(33, 19))
            .note("odd extents")
            .loose(64)
            .gradOrder(1)
            .oracle((in, s) -> new double[][] {Oracles.matmul(in[0], in[1], s[0], s[1])})
            .row());
    rows.add(
        OpSample.of(Prims.MATMUL, NONE, Draw.normal(3, 0), Draw.normal(0, 2))
            .note("nothing to add")
            .oracle((in, s) -> new double[][] {new double[6]})
            .row());
    rows.add(
        OpSample.of(Prims.MATMUL, NONE, Draw.normal(0, 4), Draw.normal(4, 2))
            .note("no rows")
            .row());
    rows.add(
        OpSample.of(Prims.LINEAR, NONE, Draw.normal(2, 3, 4), Draw.normal(5, 4), Draw.normal(5))
            .loose(16)
            .refuses("inputs", ShapeException.class, Draw.normal(2, 3), Draw.normal(5, 4))
            .row());
    rows.add(
        OpSample.of(Prims.LINEAR, NONE, Draw.normal(3, 4), Draw.normal(2, 4))
            .note("no bias")
            .loose(16)
            .row());
    rows.add(
        OpSample.of(Prims.LINEAR, NONE, Draw.normal(4), Draw.normal(2, 4), Draw.normal(2))
            .note("vector")
            .loose(16)
            .row());
    rows.add(
        OpSample.of(Prims.LINEAR, NONE, Draw.normal(0, 4), Draw.normal(2, 4), Draw.normal(2))
            .note("no rows")
            .row());
  }

  private static void indexing(List<OpSample<?>> rows) {
    Draw x = Draw.normal(4, 3, 5);
    for (int axis = 0; axis < 3; axis++) {
      rows.add(
          OpSample.of(Prims.TAKE, new Attrs.Axis(axis), x, Draw.indices(3, 2, 2))
              .note("axis " + axis)
              .all()
              .row());
    }
    rows.add(
        OpSample.of(Prims.TAKE, new Attrs.Axis(0), x, Draw.integers(-4, 4, 6).as(DType.INT32))
            .note("int32, from the end")
            .refuses("float indices", DTypeException.class, Draw.normal(3), Draw.normal(2))
            .row());
    rows.add(
        OpSample.of(Prims.TAKE, new Attrs.Axis(1), x, Draw.indices(3)).note("scalar index").row());
    rows.add(
        OpSample.of(Prims.TAKE, new Attrs.Axis(1), x, Draw.indices(3, 0)).note("no index").row());
    rows.add(
        OpSample.of(
                Prims.TAKE_ADD,
                new Attrs.AxisSize(0, 4),
                Draw.normal(3, 2, 5),
                Draw.indices(4, 3, 2))
            .numbers()
            .loose(8)
            .row());
    rows.add(
        OpSample.of(
                Prims.TAKE_ADD, new Attrs.AxisSize(1, 3), Draw.normal(2, 6, 2), Draw.indices(3, 6))
            .note("axis 1")
            .loose(8)
            .refuses("other indices", ShapeException.class, Draw.normal(2, 5), Draw.indices(3, 4))
            .row());
    for (int axis = 0; axis < 2; axis++) {
      rows.add(
          OpSample.of(
                  Prims.TAKE_ALONG,
                  new Attrs.Axis(axis),
                  Draw.normal(3, 4),
                  axis == 0 ? Draw.indices(3, 2, 4) : Draw.indices(4, 3, 6))
              .note("axis " + axis)
              .all()
              .refuses(
                  "other extents", ShapeException.class, Draw.normal(3, 4), Draw.indices(3, 2, 3))
              .row());
      rows.add(
          OpSample.of(
                  Prims.PUT_ALONG_ADD,
                  new Attrs.AxisSize(axis, 3),
                  Draw.normal(5, 4),
                  Draw.indices(3, 5, 4))
              .note("axis " + axis)
              .numbers()
              .loose(8)
              .refuses(
                  "other extents", ShapeException.class, Draw.normal(5, 4), Draw.indices(3, 5, 3))
              .row());
    }
  }

  private static void sources(List<OpSample<?>> rows) {
    rows.add(
        OpSample.byType(Prims.FULL, t -> new Attrs.Full(Shape.of(2, 3), t, 1, 1))
            .all()
            .flat()
            .oracle((in, s) -> new double[][] {{1, 1, 1, 1, 1, 1}})
            .row());
    rows.add(
        OpSample.byType(Prims.FULL, t -> new Attrs.Full(Shape.of(0, 3), t, 1, 1))
            .note("empty")
            .flat()
            .row());
    rows.add(
        OpSample.byType(Prims.IOTA, t -> new Attrs.Iota(5, t, 2, 3))
            .numbers()
            .flat()
            .oracle((in, s) -> new double[][] {{2, 5, 8, 11, 14}})
            .row());
    rows.add(
        OpSample.byType(Prims.IOTA, t -> new Attrs.Iota(0, t, 0, 1)).note("empty").flat().row());
    for (Shape shape :
        new Shape[] {Shape.of(3, 7), Shape.of(5, 617), Shape.of(0), Shape.scalar()}) {
      String note = shape.rank() == 0 ? "scalar" : "of " + shape.size();
      rows.add(
          OpSample.of(Prims.RANDOM_BITS, new Attrs.Draw(shape, DType.INT32, 7, 9))
              .note(note)
              .dtypes(DType.INT32)
              .flat()
              .row());
      rows.add(
          OpSample.byType(Prims.RANDOM_UNIFORM, t -> new Attrs.Draw(shape, t, 7, 9))
              .note(note)
              .flat()
              .row());
      rows.add(
          OpSample.byType(Prims.RANDOM_NORMAL, t -> new Attrs.Draw(shape, t, 7, 9))
              .note(note)
              .flat()
              .row());
    }
    sampled(rows, Law.EXPONENTIAL);
    sampled(rows, Law.LAPLACE);
    sampled(rows, Law.GUMBEL);
    sampled(rows, Law.TRUNCATED_NORMAL, Draw.uniform(-3, 0.5, 3, 7), Draw.uniform(0.6, 4, 3, 7));
    sampled(rows, Law.GAMMA, Draw.uniform(0.2, 5, 3, 7));
    sampled(rows, Law.POISSON, Draw.uniform(0, 40, 3, 7));
  }

  private static void sampled(List<OpSample<?>> rows, Law law, Draw... parameters) {
    Draw[] wide = new Draw[parameters.length];
    java.util.Arrays.setAll(wide, i -> parameters[i].as(DType.FLOAT64));
    var row =
        OpSample.of(Prims.RANDOM_SAMPLE, new Attrs.Sample(law, Shape.of(3, 7), 7, 9), wide)
            .note(law.toString())
            .dtypes(DType.FLOAT64)
            .flat();
    if (wide.length == 1) {
      row.refuses("parameters of another shape", ShapeException.class, wide[0].over(Shape.of(7)));
      row.refuses("parameters of another type", DTypeException.class, parameters[0]);
    }
    rows.add(row.row());
  }
}
