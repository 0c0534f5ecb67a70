package dev.mycel.nn.init;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.DType;
import dev.mycel.core.Messages;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import java.util.Locale;

/** Initialisers by MindSpore's names, and values planned by them. */
public final class Initializers {
  private Initializers() {}

  /** The initialiser of that alias with its defaults, in any case: {@code "he_uniform"}. */
  public static Initializer of(String alias) {
    return switch (alias.toLowerCase(Locale.ROOT)) {
      case "zeros", "zero" -> new Zero();
      case "ones", "one" -> new One();
      case "uniform" -> new Uniform();
      case "normal" -> new Normal();
      case "truncatednormal" -> new TruncatedNormal();
      case "xavier_uniform", "xavieruniform" -> new XavierUniform();
      case "xavier_normal", "xaviernormal" -> new XavierNormal();
      case "he_uniform", "heuniform" -> new HeUniform();
      case "he_normal", "henormal" -> new HeNormal();
      case "identity" -> new Identity();
      case "dirac" -> new Dirac();
      case "orthogonal" -> new Orthogonal();
      case "variancescaling" -> new VarianceScaling();
      case "sparse" ->
          throw new ArgumentException(
              Messages.of("initializer: sparse has an argument without a default")
                  .hint("use new Sparse(sparsity)")
                  .text());
      default ->
          throw new ArgumentException(
              Messages.of("initializer: there is none named '" + alias + "'")
                  .hint(
                      "use zeros, ones, uniform, normal, truncatednormal, xavier_uniform,"
                          + " xavier_normal, he_uniform, he_normal, identity, dirac, orthogonal"
                          + " or variancescaling; others have arguments, so make them with new")
                  .text());
    };
  }

  /** An initialiser that takes over the values of a tensor of the same shape. */
  public static Initializer of(Tensor value) {
    return new Given(value);
  }

  /** Plans float32 values. */
  public static LazyTensor initializer(Initializer init, Shape shape) {
    return initializer(init, shape, DType.FLOAT32);
  }

  /** Plans values: a rule, a shape of positive extents, and a dtype. */
  public static LazyTensor initializer(Initializer init, Shape shape, DType dtype) {
    if (shape.isEmpty()) {
      throw new ArgumentException(
          Messages.of("initializer: an extent is zero").line("shape", shape).text());
    }
    return init.plan(shape, dtype);
  }

  /** Plans float32 values by an alias such as {@code "ones"}. */
  public static LazyTensor initializer(String alias, Shape shape) {
    return initializer(of(alias), shape, DType.FLOAT32);
  }

  /** Plans values by an alias such as {@code "ones"}. */
  public static LazyTensor initializer(String alias, Shape shape, DType dtype) {
    return initializer(of(alias), shape, dtype);
  }

  /** Plans one float32 number everywhere. */
  public static LazyTensor initializer(double value, Shape shape) {
    return initializer(new Constant(value), shape, DType.FLOAT32);
  }

  /** Plans one number everywhere. */
  public static LazyTensor initializer(double value, Shape shape, DType dtype) {
    return initializer(new Constant(value), shape, dtype);
  }

  /** Plans the values of a tensor of that shape. */
  public static LazyTensor initializer(Tensor value, Shape shape, DType dtype) {
    return initializer(of(value), shape, dtype);
  }

  /**
   * The factor by which weights before an activation are spread more widely, so that activations
   * keep their spread: 1 for linear layers, convolutions and sigmoid, 5/3 for tanh, the root of 2
   * for relu, the root of {@code 2 / (1 + slope^2)} for a leaky relu, here of slope 0.01.
   *
   * @param nonlinearity its name in any case: {@code "relu"}, {@code "leaky_relu"}
   */
  public static double calculateGain(String nonlinearity) {
    return calculateGain(nonlinearity, 0.01);
  }

  /** The same with the slope of a leaky relu left of zero, finite. */
  public static double calculateGain(String nonlinearity, double negativeSlope) {
    return Nonlinearity.of(nonlinearity).gain(negativeSlope);
  }
}
