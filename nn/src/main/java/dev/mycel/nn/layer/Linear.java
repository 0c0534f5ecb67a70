package dev.mycel.nn.layer;

import dev.mycel.core.DType;
import dev.mycel.core.Ops;
import dev.mycel.core.Prims;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;
import dev.mycel.nn.Parameter;
import dev.mycel.nn.init.HeUniform;
import dev.mycel.nn.init.Initializer;
import dev.mycel.nn.init.Initializers;
import dev.mycel.nn.init.Uniform;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A fully connected layer with the names of {@code mint.nn.Linear}: {@code y = x W^T + b}, x [...,
 * in], W [out, in], b [out], y [..., out].
 */
public final class Linear extends Cell<Tensor, Tensor> {
  private final long inFeatures;
  private final long outFeatures;
  private final Parameter weight;
  private final @Nullable Parameter bias;

  /** With bias; both uniform within {@code 1 / sqrt(in)} of zero. */
  public Linear(long inFeatures, long outFeatures) {
    this(inFeatures, outFeatures, true);
  }

  /** With or without bias. */
  public Linear(long inFeatures, long outFeatures, boolean bias) {
    this(
        inFeatures,
        outFeatures,
        bias,
        new HeUniform(Math.sqrt(5)),
        new Uniform(1 / Math.sqrt(Args.positive("linear", "inFeatures", inFeatures))),
        DType.FLOAT32);
  }

  /** All of it: initialisers of the weight and of the bias, and the parameters' element type. */
  public Linear(
      long inFeatures,
      long outFeatures,
      boolean bias,
      Initializer weightInit,
      Initializer biasInit,
      DType dtype) {
    this.inFeatures = Args.positive("linear", "inFeatures", inFeatures);
    this.outFeatures = Args.positive("linear", "outFeatures", outFeatures);
    Shape shape = Shape.of(outFeatures, inFeatures);
    weight = new Parameter(Initializers.initializer(weightInit, shape, dtype), "weight");
    this.bias =
        bias
            ? new Parameter(
                Initializers.initializer(biasInit, Shape.of(outFeatures), dtype), "bias")
            : null;
  }

  /** W [out, in]. */
  public Parameter weight() {
    return weight;
  }

  /** b [out], if there is one. */
  public Optional<Parameter> bias() {
    return Optional.ofNullable(bias);
  }

  @Override
  protected Tensor construct(Tensor x) {
    Tensor w = weight.value();
    DType type = Casts.compute(Prims.LINEAR, x.dtype().join(w.dtype()));
    return bias == null
        ? Ops.linear(x.cast(type), w.cast(type))
        : Ops.linear(x.cast(type), w.cast(type), bias.value().cast(type));
  }

  @Override
  protected boolean ownsTemporaries() {
    return true;
  }

  @Override
  public String extendRepr() {
    return "input_features="
        + inFeatures
        + ", output_features="
        + outFeatures
        + (bias == null ? "" : ", has_bias=True");
  }
}
