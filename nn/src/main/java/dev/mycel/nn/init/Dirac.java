package dev.mycel.nn.init;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import dev.mycel.core.Shape;
import dev.mycel.core.ShapeException;

/** A convolution weight [out, in, kernel...] that hands its input channels on. */
public final class Dirac extends Initializer {
  private final int groups;

  /** One group. */
  public Dirac() {
    this(1);
  }

  /** Channels handed on in each of that many groups. */
  public Dirac(int groups) {
    if (groups < 1) {
      throw new ArgumentException("dirac: groups must be positive, got " + groups);
    }
    this.groups = groups;
  }

  @Override
  protected int draws() {
    return 0;
  }

  @Override
  protected void check(Shape shape) {
    if (shape.rank() < 3 || shape.rank() > 5 || shape.dim(0) % groups != 0) {
      throw new ShapeException(
          Messages.of("dirac: the shape is no convolution weight's of " + groups + " groups")
              .line("shape", shape)
              .hint("it needs three to five axes, and a first extent divisible by the groups")
              .text());
    }
  }

  @Override
  protected float[] fill(Shape shape, Noise noise) {
    float[] values = new float[Math.toIntExact(shape.size())];
    long[] strides = shape.strides();
    long centre = 0;
    for (int axis = 2; axis < shape.rank(); axis++) {
      centre += shape.dim(axis) / 2 * strides[axis];
    }
    long perGroup = shape.dim(0) / groups;
    for (int g = 0; g < groups; g++) {
      for (long d = 0; d < Math.min(perGroup, shape.dim(1)); d++) {
        values[(int) ((g * perGroup + d) * strides[0] + d * strides[1] + centre)] = 1;
      }
    }
    return values;
  }
}
