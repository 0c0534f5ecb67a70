package dev.mycel.core;

import java.util.function.DoublePredicate;
import java.util.function.Supplier;

/** What random functions share: their parameters, and draws that no precision in force rounds. */
final class Sampling {
  private Sampling() {}

  /**
   * Computes without the precision in force, which would round what is drawn in float64, and frees
   * what is made on the way.
   */
  static Tensor exactly(Supplier<Tensor> draw) {
    Precision before = Precision.swap(Precision.NONE);
    try (Scope scope = Scope.open()) {
      return scope.give(draw.get());
    } finally {
      Precision.swap(before);
    }
  }

  /** A Java number as a parameter. */
  static Tensor number(double value) {
    return Ops.scalar(value, DType.FLOAT64);
  }

  /** The shape of a draw broadcast with those of its parameters. */
  static Shape shape(String op, Shape shape, Tensor... parameters) {
    Shape all = Checks.notNull(shape, op, "the shape");
    for (Tensor p : parameters) {
      all = all.broadcast(p.shape(), op);
    }
    return all;
  }

  /** The element type of a draw with those parameters: float64 if one of them is, else float32. */
  static DType type(Tensor... parameters) {
    for (Tensor p : parameters) {
      if (Checks.notNull(p, "random", "a parameter").dtype() == DType.FLOAT64) {
        return DType.FLOAT64;
      }
    }
    return DType.FLOAT32;
  }

  /** The numbers of a law for a shape; the parameters are broadcast to it. */
  static Tensor draw(Law law, Shape shape, Generator.Stream stream, Tensor... parameters) {
    Tensor[] in = new Tensor[parameters.length];
    for (int i = 0; i < in.length; i++) {
      in[i] = Join.to(shape, Join.to(DType.FLOAT64, parameters[i]));
    }
    return Interpreters.bind(
        Prims.RANDOM_SAMPLE, new Attrs.Sample(law, shape, stream.key(), stream.counter()), in);
  }

  /** Float64 numbers in [0, 1). */
  static Tensor unit(Shape shape, Generator.Stream stream) {
    return Interpreters.bind(
        Prims.RANDOM_UNIFORM, new Attrs.Draw(shape, DType.FLOAT64, stream.key(), stream.counter()));
  }

  /** Standard normal numbers; the half types are drawn in float32. */
  static Tensor normal(Shape shape, DType dtype, Generator.Stream stream) {
    return Interpreters.bind(
        Prims.RANDOM_NORMAL,
        new Attrs.Draw(shape, dtype.accumulator(), stream.key(), stream.counter()));
  }

  /**
   * Refuses a parameter one of whose values does not pass.
   *
   * @param rule what the values must be, for the message
   */
  static Tensor require(
      String op, String name, Tensor parameter, DoublePredicate passes, String rule) {
    Checks.notNull(parameter, op, name);
    double[] values = values(op, name, parameter);
    for (int i = 0; i < values.length; i++) {
      if (!passes.test(values[i])) {
        throw new ArgumentException(
            op + ": " + name + " must be " + rule + ", got " + values[i] + at(parameter, i));
      }
    }
    return parameter;
  }

  static Tensor finite(String op, String name, Tensor parameter) {
    return require(op, name, parameter, Double::isFinite, "finite");
  }

  static Tensor positive(String op, String name, Tensor parameter) {
    return require(op, name, parameter, v -> v > 0 && Double.isFinite(v), "positive and finite");
  }

  static Tensor notNegative(String op, String name, Tensor parameter) {
    return require(
        op, name, parameter, v -> v >= 0 && Double.isFinite(v), "finite and not negative");
  }

  /** Refuses finite bounds of which the lower is above the upper at some place. */
  static void requireRange(String op, String lowName, Tensor low, String highName, Tensor high) {
    require(op, lowName, low, highName, high, true);
  }

  private static void require(
      String op, String lowName, Tensor low, String highName, Tensor high, boolean equal) {
    Checks.notNull(low, op, lowName);
    Checks.notNull(high, op, highName);
    Shape shape = low.shape().broadcast(high.shape(), op);
    double[] a = values(op, lowName, low, shape);
    double[] b = values(op, highName, high, shape);
    for (int i = 0; i < a.length; i++) {
      boolean fits = equal ? a[i] <= b[i] && Double.isFinite(b[i] - a[i]) : a[i] < b[i];
      if (!fits) {
        String place = shape.rank() == 0 ? "" : "  at element " + i + " of " + shape;
        throw noRange(op, lowName, a[i] + place, highName, b[i] + place, equal);
      }
    }
  }

  /** Refuses bounds of which the lower is not below the upper at some place. */
  static void requireBelow(String op, String lowName, Tensor low, String highName, Tensor high) {
    require(op, lowName, low, highName, high, false);
  }

  /** There is no number of the type to draw. */
  static ArgumentException noneBetween(String op, double low, double high, DType dtype) {
    return new ArgumentException(
        Messages.of(op + ": no " + dtype + " lies between the bounds")
            .line("low ", low)
            .line("high", high)
            .hint("give bounds further apart, or a type with more digits")
            .text());
  }

  /**
   * Numbers rounded to a type, and those that left {@code [low, high]} by rounding put back to the
   * last number of the type inside.
   */
  static Tensor between(Tensor drawn, Tensor low, Tensor high, DType dtype) {
    Tensor clamped = Join.binary(Prims.MIN, Join.binary(Prims.MAX, drawn, low), high);
    return Join.to(dtype, clamped);
  }

  /** A shape with that of a parameter behind it. */
  static Shape joined(String op, Shape shape, Tensor parameter) {
    Checks.notNull(parameter, op, "the parameter");
    Shape all = Checks.notNull(shape, op, "the shape");
    for (long extent : parameter.shape().dims()) {
      all = all.insert(all.rank(), extent);
    }
    return all;
  }

  static ArgumentException noRange(
      String op, String lowName, String low, String highName, String high, boolean equal) {
    int width = Math.max(lowName.length(), highName.length());
    return new ArgumentException(
        Messages.of(op + ": the bounds are no range")
            .line(padded(lowName, width), low)
            .line(padded(highName, width), high)
            .hint(
                equal
                    ? "give finite bounds with " + lowName + " <= " + highName
                    : "give bounds with " + lowName + " < " + highName)
            .text());
  }

  private static String padded(String name, int width) {
    return name + " ".repeat(width - name.length());
  }

  private static String at(Tensor parameter, int place) {
    return parameter.rank() == 0 ? "" : " at element " + place + " of " + parameter.shape();
  }

  private static double[] values(String op, String name, Tensor parameter) {
    return values(op, name, parameter, parameter.shape());
  }

  /** The values of a parameter broadcast to a shape, whatever records them. */
  private static double[] values(String op, String name, Tensor parameter, Shape shape) {
    if (parameter.dtype() == DType.BOOL) {
      throw new DTypeException(op + ": " + name + " must be numbers, got " + parameter.type());
    }
    Tensor root = Interpreters.lowerToRoot(parameter);
    RootInterpreter bottom = Interpreters.root();
    try (Scope scope = Scope.open()) {
      return Interpreters.under(
          bottom, () -> (double[]) bottom.toHost(Join.to(shape, Join.to(DType.FLOAT64, root))));
    }
  }
}
