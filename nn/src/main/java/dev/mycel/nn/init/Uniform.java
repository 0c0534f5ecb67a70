package dev.mycel.nn.init;

import dev.mycel.core.Shape;

/** Uniform in {@code [-scale, scale)}. */
public final class Uniform extends Initializer {
  private final double scale;

  /** Uniform in {@code [-0.07, 0.07)}. */
  public Uniform() {
    this(0.07);
  }

  /** Uniform in {@code [-scale, scale)}, finite. */
  public Uniform(double scale) {
    this.scale = Math.abs(Draws.finite("uniform", "scale", scale));
  }

  @Override
  protected float[] fill(Shape shape, Noise noise) {
    return Draws.uniform(shape, noise, -scale, scale);
  }
}
