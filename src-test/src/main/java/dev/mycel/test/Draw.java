package dev.mycel.test;

import dev.mycel.core.DType;
import dev.mycel.core.Shape;
import java.util.SplittableRandom;

/**
 * How one input of a sample is drawn: its shape, the distribution of its numbers, and its element
 * type, which is the sample's unless it says otherwise. Immutable; equal seeds give equal numbers.
 */
public final class Draw {
  /** Fills an array with numbers. */
  @FunctionalInterface
  private interface Fill {
    void into(double[] numbers, SplittableRandom random);
  }

  private enum Type {
    SAMPLE,
    ACCUMULATOR,
    FIXED
  }

  private final Shape shape;
  private final Fill fill;
  private final Type type;
  private final DType fixed;
  private final boolean constant;
  private final boolean whole;

  private Draw(Shape shape, Fill fill, Type type, DType fixed, boolean constant, boolean whole) {
    this.shape = shape;
    this.fill = fill;
    this.type = type;
    this.fixed = fixed;
    this.constant = constant;
    this.whole = whole;
  }

  private static Draw following(Fill fill, boolean whole, long... shape) {
    return new Draw(Shape.of(shape), fill, Type.SAMPLE, DType.FLOAT32, false, whole);
  }

  /** Standard normal numbers; integer types get four times as many, rounded. */
  public static Draw normal(long... shape) {
    return following(
        (v, r) -> {
          for (int i = 0; i < v.length; i++) {
            v[i] = gaussian(r);
          }
        },
        false,
        shape);
  }

  /** Normal numbers pushed away from zero by 0.2, for functions with a kink or a pole there. */
  public static Draw awayFromZero(long... shape) {
    return following(
        (v, r) -> {
          for (int i = 0; i < v.length; i++) {
            double g = gaussian(r);
            v[i] = g + Math.copySign(0.2, g);
          }
        },
        false,
        shape);
  }

  /** Uniform numbers in {@code [low, high)}. */
  public static Draw uniform(double low, double high, long... shape) {
    return following(
        (v, r) -> {
          for (int i = 0; i < v.length; i++) {
            v[i] = low + (high - low) * r.nextDouble();
          }
        },
        false,
        shape);
  }

  /** Multiples of a quarter in random order, all different and centred: nothing ties. */
  public static Draw distinct(long... shape) {
    return following(
        (v, r) -> {
          for (int i = 0; i < v.length; i++) {
            v[i] = 0.25 * (i - v.length / 2);
          }
          for (int i = v.length - 1; i > 0; i--) {
            int j = r.nextInt(i + 1);
            double swapped = v[i];
            v[i] = v[j];
            v[j] = swapped;
          }
        },
        false,
        shape);
  }

  /** Whole numbers in {@code [low, high)} of the sample's element type. */
  public static Draw integers(int low, int high, long... shape) {
    return following(
        (v, r) -> {
          for (int i = 0; i < v.length; i++) {
            v[i] = low + r.nextInt(high - low);
          }
        },
        true,
        shape);
  }

  /** Int64 indices in {@code [0, size)}. */
  public static Draw indices(int size, long... shape) {
    return integers(0, size, shape).as(DType.INT64);
  }

  /** Bool values, both equally likely. */
  public static Draw bool(long... shape) {
    return integers(0, 2, shape).as(DType.BOOL);
  }

  /** Exactly these numbers, repeated as often as the shape needs. */
  public static Draw values(Shape shape, double... numbers) {
    return following(
        (v, r) -> {
          for (int i = 0; i < v.length; i++) {
            v[i] = numbers[i % numbers.length];
          }
        },
        true,
        shape.dims());
  }

  /** The same numbers, each larger by {@code offset}. */
  public Draw shifted(double offset) {
    Fill before = fill;
    Fill after =
        (v, r) -> {
          before.into(v, r);
          for (int i = 0; i < v.length; i++) {
            v[i] += offset;
          }
        };
    return new Draw(shape, after, type, fixed, constant, whole);
  }

  /**
   * The same numbers in that element type, whatever the sample's; without gradient unless it is a
   * float.
   */
  public Draw as(DType dtype) {
    return new Draw(shape, fill, Type.FIXED, dtype, constant, whole);
  }

  /** The same numbers in the type that sums of the sample's type accumulate in. */
  public Draw accumulated() {
    return new Draw(shape, fill, Type.ACCUMULATOR, fixed, constant, whole);
  }

  /** The same numbers, which no gradient check varies. */
  public Draw constant() {
    return new Draw(shape, fill, type, fixed, true, whole);
  }

  /** The same distribution over another shape. */
  public Draw over(Shape other) {
    return new Draw(other, fill, type, fixed, constant, whole);
  }

  /** Extents. */
  public Shape shape() {
    return shape;
  }

  /** The element type when the sample's is that one. */
  public DType dtype(DType sample) {
    return switch (type) {
      case SAMPLE -> sample;
      case ACCUMULATOR -> sample.accumulator();
      case FIXED -> fixed;
    };
  }

  /** Whether a gradient check varies this input when the sample's type is that one. */
  public boolean isVaried(DType sample) {
    return !constant && dtype(sample).isFloat();
  }

  /** Draws the numbers as an input of that sample type holds them, row-major. */
  public double[] numbers(SplittableRandom random, DType sample) {
    double[] v = new double[(int) shape.size()];
    fill.into(v, random);
    DType mine = dtype(sample);
    if (!mine.isFloat() && mine != DType.BOOL) {
      for (int i = 0; i < v.length; i++) {
        double w = whole ? v[i] : Math.rint(4 * v[i]);
        v[i] = mine == DType.UINT8 ? Math.abs(w) : w;
      }
    }
    return HostValues.of(mine, shape, v).numbers();
  }

  private static double gaussian(SplittableRandom r) {
    double u = 1 - r.nextDouble();
    return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * r.nextDouble());
  }
}
