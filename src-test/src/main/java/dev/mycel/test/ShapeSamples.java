package dev.mycel.test;

import static dev.mycel.core.None.NONE;

import dev.mycel.core.Attrs;
import dev.mycel.core.DType;
import dev.mycel.core.Law;
import dev.mycel.core.Primitive;
import dev.mycel.core.Prims;
import dev.mycel.core.Shape;
import java.util.List;

/** Rows of movement, reductions and sources that are about shapes: none, empty and large ones. */
final class ShapeSamples {
  private ShapeSamples() {}

  static void addTo(List<OpSample<?>> rows) {
    scalars(rows);
    largeReductions(rows);
    sampledShapes(rows);
  }

  /** What takes a tensor without axes, and gives one. */
  private static void scalars(List<OpSample<?>> rows) {
    Draw x = Draw.normal();
    Attrs.Axes none = new Attrs.Axes();
    long[] no = {};
    Attrs.To scalar = new Attrs.To(Shape.scalar());
    rows.add(OpSample.of(Prims.RESHAPE, scalar, Draw.normal(1, 1)).note("to a scalar").row());
    rows.add(OpSample.of(Prims.RESHAPE, scalar, x).note("of a scalar").all().row());
    rows.add(
        OpSample.of(Prims.TRANSPOSE, new Attrs.Permutation(), x).note("of a scalar").all().row());
    rows.add(OpSample.of(Prims.BROADCAST_TO, scalar, x).note("to a scalar").all().row());
    rows.add(
        OpSample.of(Prims.SLICE, new Attrs.Slice(no, Shape.scalar(), no), x)
            .note("of a scalar")
            .all()
            .row());
    rows.add(OpSample.of(Prims.FLIP, none, x).note("of a scalar").all().row());
    rows.add(
        OpSample.of(Prims.PAD, new Attrs.Pad(no, no, no, 3), x).note("of a scalar").all().row());
    rows.add(OpSample.of(Prims.REDUCE_SUM, none, x).note("of a scalar").numbers().row());
    rows.add(OpSample.of(Prims.REDUCE_PROD, none, x).note("of a scalar").row());
    rows.add(OpSample.of(Prims.REDUCE_MAX, none, x).note("of a scalar").all().row());
    rows.add(OpSample.of(Prims.REDUCE_MIN, none, x).note("of a scalar").all().row());
    rows.add(OpSample.of(Prims.SQUARE_SUM, NONE, x).note("of a scalar").loose(4).row());
    rows.add(
        OpSample.byType(Prims.FULL, t -> new Attrs.Full(Shape.scalar(), t, 1, 1))
            .note("scalar")
            .all()
            .flat()
            .row());
  }

  /** As many elements as only kernels of native libraries take. */
  private static void largeReductions(List<OpSample<?>> rows) {
    rows.add(
        OpSample.byType(Prims.FULL, t -> new Attrs.Full(Shape.of(50, 81), t, 2, 2))
            .note("large")
            .all()
            .flat()
            .row());
    rows.add(
        OpSample.of(Prims.REDUCE_SUM, new Attrs.Axes(1, 2), Draw.normal(3, 90, 5, 2))
            .note("of 450 elements each")
            .numbers()
            .loose(64)
            .gradOrder(0)
            .row());
    Draw x = Draw.normal(20, 13, 7);
    for (int[] axes : new int[][] {{2}, {0}, {1}, {0, 2}, {0, 1, 2}}) {
      Attrs.Axes a = new Attrs.Axes(axes);
      rows.add(
          OpSample.of(Prims.REDUCE_SUM, a, x)
              .note("large, axes " + a)
              .numbers()
              .loose(16)
              .gradOrder(0)
              .row());
    }
    largeExtremes(rows);
  }

  /** With many equals, and with a NaN, which wins. */
  private static void largeExtremes(List<OpSample<?>> rows) {
    double[] odd = new double[1820];
    odd[1234] = Double.NaN;
    for (String note : List.of("large", "large, a NaN")) {
      Draw x =
          note.equals("large")
              ? Draw.integers(-20, 20, 20, 13, 7)
              : Draw.values(Shape.of(20, 13, 7), odd);
      for (Primitive<Attrs.Axes> p : List.of(Prims.REDUCE_MAX, Prims.REDUCE_MIN)) {
        for (int[] axes : new int[][] {{2}, {0, 1}, {0, 1, 2}}) {
          Attrs.Axes a = new Attrs.Axes(axes);
          rows.add(OpSample.of(p, a, x).note(note + ", axes " + a).gradOrder(0).row());
        }
      }
      for (Primitive<Attrs.Axis> p : List.of(Prims.ARGMAX, Prims.ARGMIN)) {
        for (int axis : new int[] {2, 0}) {
          Attrs.Axis a = new Attrs.Axis(axis);
          rows.add(OpSample.of(p, a, x).note(note + ", axis " + axis).flat().row());
        }
      }
    }
  }

  private static void sampledShapes(List<OpSample<?>> rows) {
    for (Shape shape : new Shape[] {Shape.of(0, 3), Shape.scalar()}) {
      rows.add(
          OpSample.of(Prims.RANDOM_SAMPLE, new Attrs.Sample(Law.EXPONENTIAL, shape, 7, 9))
              .note("of shape " + shape)
              .dtypes(DType.FLOAT64)
              .flat()
              .row());
    }
  }
}
