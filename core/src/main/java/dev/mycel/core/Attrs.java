package dev.mycel.core;

import java.util.Arrays;

/**
 * The attribute records of the primitives. Each validates itself; arrays are taken over and must
 * not be changed.
 */
public final class Attrs {
  private Attrs() {}

  /** A target shape. */
  public record To(Shape shape) {}

  /** A target element type. */
  public record Cast(DType dtype) {}

  /** One axis, counted from the front. */
  public record Axis(int axis) {}

  /** Several distinct axes, counted from the front, ascending. */
  public record Axes(int... axes) {
    @Override
    public boolean equals(Object o) {
      return o instanceof Axes other && Arrays.equals(axes, other.axes);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(axes);
    }

    @Override
    public String toString() {
      return Arrays.toString(axes);
    }
  }

  /** An order of all axes: axis i of the result is axis {@code perm[i]} of the input. */
  public record Permutation(int... perm) {
    /** Checks that each axis occurs once. */
    public Permutation {
      boolean[] seen = new boolean[perm.length];
      for (int p : perm) {
        if (p < 0 || p >= perm.length || seen[p]) {
          throw new ShapeException(
              Messages.of(
                      "transpose: "
                          + Arrays.toString(perm)
                          + " is no order of "
                          + perm.length
                          + " axes")
                  .hint("name each axis once")
                  .text());
        }
        seen[p] = true;
      }
    }

    /** The order that undoes this one. */
    public Permutation inverse() {
      int[] back = new int[perm.length];
      for (int i = 0; i < perm.length; i++) {
        back[perm[i]] = i;
      }
      return new Permutation(back);
    }

    @Override
    public boolean equals(Object o) {
      return o instanceof Permutation other && Arrays.equals(perm, other.perm);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(perm);
    }
  }

  /** Per axis the first index, the number of elements and the positive step between them. */
  public record Slice(long[] starts, Shape sizes, long[] steps) {
    @Override
    public boolean equals(Object o) {
      return o instanceof Slice other
          && Arrays.equals(starts, other.starts)
          && sizes.equals(other.sizes)
          && Arrays.equals(steps, other.steps);
    }

    @Override
    public int hashCode() {
      return 31 * (31 * Arrays.hashCode(starts) + sizes.hashCode()) + Arrays.hashCode(steps);
    }
  }

  /** Per axis how many copies of a value go before and after, and how many between neighbours. */
  public record Pad(long[] low, long[] high, long[] between, double value) {
    @Override
    public boolean equals(Object o) {
      return o instanceof Pad other
          && Arrays.equals(low, other.low)
          && Arrays.equals(high, other.high)
          && Arrays.equals(between, other.between)
          && Double.compare(value, other.value) == 0;
    }

    @Override
    public int hashCode() {
      return 31 * (31 * Arrays.hashCode(low) + Arrays.hashCode(high)) + Double.hashCode(value);
    }
  }

  /**
   * Running sum along an axis, from either end; {@code exclusive} leaves out the element itself.
   */
  public record Scan(int axis, boolean exclusive, boolean reverse) {}

  /** Order along an axis; equal elements keep their order, NaN counts as the largest. */
  public record Sort(int axis, boolean descending) {}

  /** An axis and its extent in the result. */
  public record AxisSize(int axis, long size) {}

  /** All elements equal. */
  public record Full(Shape shape, DType dtype, double value, long integer) {}

  /** {@code start + i * step} for i in {@code [0, size)}; integers are exact. */
  public record Iota(long size, DType dtype, double start, double step) {}

  /** A draw of random bits: element i depends on key, counter and i alone. */
  public record Draw(Shape shape, DType dtype, long key, long counter) {}

  /** A draw from a distribution, as float64: element i depends on key, counter and i alone. */
  public record Sample(Law law, Shape shape, long key, long counter) {}

  /**
   * A convolution of {@code x[N, C, spatial...]} with {@code w[O, C / groups, kernel...]}.
   *
   * @param strides per spatial axis
   * @param padLow zeros before, per spatial axis; a negative number crops
   * @param padHigh zeros after
   * @param dilation distance between the elements that a kernel touches
   * @param groups number of independent slices of the channels
   */
  public record Conv(long[] strides, long[] padLow, long[] padHigh, long[] dilation, int groups) {
    @Override
    public boolean equals(Object o) {
      return o instanceof Conv other
          && Arrays.equals(strides, other.strides)
          && Arrays.equals(padLow, other.padLow)
          && Arrays.equals(padHigh, other.padHigh)
          && Arrays.equals(dilation, other.dilation)
          && groups == other.groups;
    }

    @Override
    public int hashCode() {
      int h = Arrays.hashCode(strides);
      h = 31 * h + Arrays.hashCode(padLow);
      h = 31 * h + Arrays.hashCode(padHigh);
      h = 31 * h + Arrays.hashCode(dilation);
      return 31 * h + groups;
    }

    /** Number of spatial axes. */
    public int spatial() {
      return strides.length;
    }
  }

  /**
   * A convolution's gradient.
   *
   * @param conv the convolution
   * @param shape the shape of what is differentiated
   * @param wide whether a weight's gradient has the type that sums accumulate in, as its weight
   *     does
   */
  public record ConvGrad(Conv conv, Shape shape, boolean wide) {
    /** A gradient of the type of the convolution's input. */
    public ConvGrad(Conv conv, Shape shape) {
      this(conv, shape, false);
    }
  }

  /** A convolution whose result is normalised by given statistics, and cut off below 0 or not. */
  public record ConvNorm(Conv conv, double epsilon, boolean relu) {}

  /**
   * Windows over the spatial axes of {@code x[N, C, spatial...]}.
   *
   * @param countPadding whether an average divides by the whole window (true) or by its elements
   *     inside the input
   */
  public record Window(
      long[] size,
      long[] strides,
      long[] padLow,
      long[] padHigh,
      long[] dilation,
      boolean countPadding) {
    @Override
    public boolean equals(Object o) {
      return o instanceof Window other
          && Arrays.equals(size, other.size)
          && Arrays.equals(strides, other.strides)
          && Arrays.equals(padLow, other.padLow)
          && Arrays.equals(padHigh, other.padHigh)
          && Arrays.equals(dilation, other.dilation)
          && countPadding == other.countPadding;
    }

    @Override
    public int hashCode() {
      int h = Arrays.hashCode(size);
      h = 31 * h + Arrays.hashCode(strides);
      h = 31 * h + Arrays.hashCode(padLow);
      h = 31 * h + Arrays.hashCode(padHigh);
      return 31 * h + Arrays.hashCode(dilation);
    }
  }

  /** A pooling gradient: the windows, and the shape of the pooled input. */
  public record WindowGrad(Window window, Shape shape) {}

  /** The small number that keeps a norm's denominator from zero. */
  public record Epsilon(double value) {}

  /** Statistics over the axes from this one on, and the small number of the denominator. */
  public record LayerNorm(int axis, double epsilon) {}

  /** Attention: what scores are multiplied by, and whether query i sees the keys 0 to i only. */
  public record Attention(double scale, boolean causal) {}

  /** An axis, and the extents of the parts that it is cut into. */
  public record Split(int axis, long... extents) {
    @Override
    public boolean equals(Object o) {
      return o instanceof Split other
          && axis == other.axis
          && Arrays.equals(extents, other.extents);
    }

    @Override
    public int hashCode() {
      return 31 * Arrays.hashCode(extents) + axis;
    }
  }

  /** An order of a derivative, for polygamma. */
  public record Order(int n) {}

  /** Drops elements with that probability; bits come from key and counter. */
  public record Dropout(double probability, long key, long counter) {}

  /** Approximate (tanh) or exact (erf) form of GELU. */
  public record Gelu(boolean approximate) {}

  /** The activation of a plain recurrent layer: relu or tanh. */
  public record Rnn(boolean relu) {}

  /** Constants of SGD with momentum. */
  public record Sgd(double momentum, double dampening, double weightDecay, boolean nesterov) {}

  /** Constants of Momentum. */
  public record Momentum(double momentum, double weightDecay, boolean nesterov) {}

  /** Constants of the Adam family. */
  public record Adam(
      double beta1, double beta2, double epsilon, double weightDecay, boolean nesterov) {}
}
