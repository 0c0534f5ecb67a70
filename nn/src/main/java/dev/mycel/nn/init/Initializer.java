package dev.mycel.nn.init;

import dev.mycel.core.DType;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;

/**
 * A rule for initial values. Random ones draw from Mycel's global seed, so that {@code setSeed}
 * repeats them; the numbers are reserved when the value is planned and drawn when it is needed.
 *
 * <p>To write one, override {@link #fill}, and {@link #draws} if it is not random or draws more
 * than once.
 */
public abstract class Initializer {
  /** For subclasses. */
  protected Initializer() {}

  /** Refuses shapes that the rule has no values for. */
  protected void check(Shape shape) {}

  /**
   * How often {@link #fill} draws random numbers, each time at most as many as there are elements.
   */
  protected int draws() {
    return 1;
  }

  /**
   * The values in row-major order.
   *
   * @param shape a shape that passed {@link #check}
   * @param noise random numbers
   */
  protected abstract float[] fill(Shape shape, Noise noise);

  /** The values as a tensor: computed as float32 and cast. */
  Tensor make(Shape shape, DType dtype, Noise noise) {
    float[] values = fill(shape, noise);
    return Interpreters.root().fromHost(values, DType.FLOAT32, shape).cast(dtype);
  }

  /** Plans values of that shape and dtype: checks the shape and reserves random numbers. */
  public final LazyTensor plan(Shape shape, DType dtype) {
    check(shape);
    return LazyTensor.plan(this, shape, dtype);
  }

  /** The simple name of the class. */
  @Override
  public String toString() {
    return getClass().getSimpleName();
  }
}
