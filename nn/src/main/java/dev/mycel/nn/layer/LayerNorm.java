package dev.mycel.nn.layer;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Attrs;
import dev.mycel.core.DType;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Messages;
import dev.mycel.core.Ops;
import dev.mycel.core.Prims;
import dev.mycel.core.Shape;
import dev.mycel.core.ShapeException;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;
import dev.mycel.nn.Parameter;
import dev.mycel.nn.init.Initializer;
import dev.mycel.nn.init.Initializers;
import dev.mycel.nn.init.One;
import dev.mycel.nn.init.Zero;

/**
 * Normalises over the axes from one on, then scales and shifts: {@code gamma (x - mean) /
 * sqrt(variance + epsilon) + beta}. Ba et al., 2016. As in MindSpore epsilon is 1e-7.
 */
public final class LayerNorm extends Cell<Tensor, Tensor> {
  private final long[] normalizedShape;
  private final int beginNormAxis;
  private final int beginParamsAxis;
  private final double epsilon;
  private final boolean asTuple;
  private final Parameter gamma;
  private final Parameter beta;

  /** Over the last axis; gamma and beta have that shape. */
  public LayerNorm(long... normalizedShape) {
    this(builder(normalizedShape));
  }

  private LayerNorm(Builder b) {
    if (b.normalizedShape.length == 0) {
      throw new ArgumentException("layerNorm: normalizedShape must not be empty");
    }
    normalizedShape = b.normalizedShape;
    beginNormAxis = b.beginNormAxis;
    beginParamsAxis = b.beginParamsAxis;
    epsilon = b.epsilon;
    asTuple = b.asTuple;
    Shape shape = Shape.of(normalizedShape);
    gamma = new Parameter(Initializers.initializer(b.gammaInit, shape, b.dtype), "gamma");
    beta = new Parameter(Initializers.initializer(b.betaInit, shape, b.dtype), "beta");
  }

  /** A layer with other than the default arguments. */
  public static Builder builder(long... normalizedShape) {
    return new Builder(normalizedShape);
  }

  /** The scales. */
  public Parameter gamma() {
    return gamma;
  }

  /** The shifts. */
  public Parameter beta() {
    return beta;
  }

  @Override
  protected Tensor construct(Tensor input) {
    Shape shape = input.shape();
    int norm = shape.axis(beginNormAxis, "layerNorm");
    int params = shape.axis(beginParamsAxis, "layerNorm");
    if (!tail(shape, params).equals(gamma.shape())) {
      throw new ShapeException(
          Messages.of("layerNorm: the input does not end in the normalised shape")
              .line("input ", shape)
              .line("wanted", gamma.shape() + " from axis " + params + " on")
              .text());
    }
    DType given = input.dtype().isFloat() ? input.dtype() : DType.FLOAT32;
    DType type = gamma.dtype() == DType.FLOAT64 ? DType.FLOAT64 : given;
    Tensor x = input.cast(Casts.compute(Prims.LAYER_NORM, type));
    return Casts.settled(() -> normalise(x, norm, params));
  }

  private Tensor normalise(Tensor x, int norm, int params) {
    DType wide = x.dtype().accumulator();
    Tensor g = gamma.value().cast(wide);
    Tensor b = beta.value().cast(wide);
    Attrs.LayerNorm attrs = new Attrs.LayerNorm(norm, epsilon);
    if (norm == params) {
      return Interpreters.bindAll(Prims.LAYER_NORM, attrs, x, g, b)[0];
    }
    Shape inner = tail(x.shape(), norm);
    Tensor one = Ops.ones(inner, wide);
    Tensor zero = Ops.zeros(inner, wide);
    Tensor normal = Interpreters.bindAll(Prims.LAYER_NORM, attrs, x, one, zero)[0];
    return normal.mul(g.cast(x.dtype())).add(b.cast(x.dtype()));
  }

  private static Shape tail(Shape shape, int from) {
    return Shape.of(java.util.Arrays.copyOfRange(shape.dims(), from, shape.rank()));
  }

  @Override
  protected boolean ownsTemporaries() {
    return true;
  }

  /** The missing equals sign after gamma is MindSpore's. */
  @Override
  public String extendRepr() {
    return "normalized_shape="
        + (asTuple ? Text.tuple(normalizedShape) : Text.list(normalizedShape))
        + ", begin_norm_axis="
        + beginNormAxis
        + ", begin_params_axis="
        + beginParamsAxis
        + ", gamma"
        + gamma
        + ", beta="
        + beta;
  }

  /** Arguments of a {@link LayerNorm}. */
  public static final class Builder {
    private final long[] normalizedShape;
    private boolean asTuple;
    private int beginNormAxis = -1;
    private int beginParamsAxis = -1;
    private double epsilon = 1e-7;
    private Initializer gammaInit = new One();
    private Initializer betaInit = new Zero();
    private DType dtype = DType.FLOAT32;

    private Builder(long... normalizedShape) {
      this.normalizedShape = normalizedShape.clone();
    }

    /** The first axis that statistics go over; the last by default. */
    public Builder beginNormAxis(int axis) {
      this.beginNormAxis = axis;
      return this;
    }

    /** The first axis of gamma and beta; the last by default. */
    public Builder beginParamsAxis(int axis) {
      this.beginParamsAxis = axis;
      return this;
    }

    /** What keeps the denominator from zero; 1e-7 by default. */
    public Builder epsilon(double epsilon) {
      this.epsilon = epsilon;
      return this;
    }

    /** Initial gamma; ones by default. */
    public Builder gammaInit(Initializer init) {
      this.gammaInit = init;
      return this;
    }

    /** Initial gamma by an alias. */
    public Builder gammaInit(String alias) {
      return gammaInit(Initializers.of(alias));
    }

    /** Initial beta; zeros by default. */
    public Builder betaInit(Initializer init) {
      this.betaInit = init;
      return this;
    }

    /** Initial beta by an alias. */
    public Builder betaInit(String alias) {
      return betaInit(Initializers.of(alias));
    }

    /** Element type of the parameters; float32 by default. */
    public Builder dtype(DType dtype) {
      this.dtype = dtype;
      return this;
    }

    /** Prints the shape as a tuple: MindSpore prints it as it was given. */
    Builder asTuple() {
      asTuple = true;
      return this;
    }

    /** The layer. */
    public LayerNorm build() {
      return new LayerNorm(this);
    }
  }
}
