package dev.mycel.nn.layer;

import dev.mycel.autograd.Autograd;
import dev.mycel.core.Attrs;
import dev.mycel.core.DType;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Messages;
import dev.mycel.core.Primitive;
import dev.mycel.core.Prims;
import dev.mycel.core.Shape;
import dev.mycel.core.ShapeException;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;
import dev.mycel.nn.Fusing;
import dev.mycel.nn.LocalName;
import dev.mycel.nn.Parameter;
import dev.mycel.nn.init.Initializer;
import dev.mycel.nn.init.Initializers;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Normalises each channel of x [N, C, ...], then scales and shifts it: {@code gamma (x - mean) /
 * sqrt(variance + eps) + beta}. In training the statistics are the batch's, and the moving ones
 * follow: {@code moving = momentum moving + (1 - momentum) batch}, where the moving variance takes
 * the unbiased variance of the batch. In inference the moving statistics serve. Ioffe and Szegedy,
 * 2015; note that PyTorch's momentum is one minus this one.
 */
public abstract class BatchNorm extends Cell<Tensor, Tensor> implements Fusing {
  @LocalName("moving_mean")
  private final Parameter movingMean;

  @LocalName("moving_variance")
  private final Parameter movingVariance;

  private final Parameter gamma;
  private final Parameter beta;
  private final long numFeatures;
  private final double eps;
  private final double momentum;
  private final @Nullable Boolean useBatchStatistics;

  BatchNorm(BatchNormBuilder<?> b) {
    numFeatures = Args.positive(clsName(), "numFeatures", b.numFeatures);
    momentum = Args.probability(clsName(), "momentum", b.momentum, true);
    eps = b.eps;
    useBatchStatistics = b.useBatchStatistics;
    movingMean = parameter(b.movingMeanInit, b.dtype, "mean", false);
    movingVariance = parameter(b.movingVarInit, b.dtype, "variance", false);
    gamma = parameter(b.gammaInit, b.dtype, "gamma", b.affine);
    beta = parameter(b.betaInit, b.dtype, "beta", b.affine);
  }

  private Parameter parameter(Initializer init, DType dtype, String name, boolean trained) {
    Shape shape = Shape.of(numFeatures);
    return new Parameter(Initializers.initializer(init, shape, dtype), name, trained);
  }

  /** The mean that inference subtracts [C]. */
  public final Parameter movingMean() {
    return movingMean;
  }

  /** The variance that inference divides by [C]. */
  public final Parameter movingVariance() {
    return movingVariance;
  }

  /** The scales [C]. */
  public final Parameter gamma() {
    return gamma;
  }

  /** The shifts [C]. */
  public final Parameter beta() {
    return beta;
  }

  /** Refuses inputs of a wrong number of axes. */
  abstract void checkRank(Shape shape);

  /** Whether it takes inputs of that many axes after the channels, which a convolution gives. */
  abstract boolean takesAxes(int axes);

  /** Whether the batch's statistics play no part in the mode that the layer is in. */
  final boolean usesMovingStatistics() {
    Boolean always = useBatchStatistics;
    return always == null ? !training() : !always;
  }

  final double eps() {
    return eps;
  }

  /** Takes over a ReLU in training. */
  @Override
  public int takesOver(List<? extends Cell<Tensor, Tensor>> following) {
    return !usesMovingStatistics() && following.get(0) instanceof ReLU ? 1 : 0;
  }

  @Override
  public Tensor constructWith(Tensor x, List<? extends Cell<Tensor, Tensor>> following) {
    return construct(x, Prims.BATCH_NORM_RELU);
  }

  @Override
  protected Tensor construct(Tensor input) {
    return construct(input, Prims.BATCH_NORM);
  }

  private Tensor construct(Tensor input, Primitive<Attrs.Epsilon> inTraining) {
    checkRank(input.shape());
    if (input.dim(1) != numFeatures) {
      throw new ShapeException(
          Messages.of(clsName() + ": the input has " + input.dim(1) + " channels")
              .line("input ", input.shape() + "  [N, C, ...]")
              .line("wanted", numFeatures + " channels, the layer's number of features")
              .text());
    }
    DType stored = gamma.dtype();
    DType given = input.dtype().isFloat() ? input.dtype() : DType.FLOAT32;
    // Statistics are at least float32; float64 parameters raise the whole computation.
    DType type = stored == DType.FLOAT64 ? stored : given;
    Tensor x = input.cast(Casts.compute(Prims.BATCH_NORM, type));
    return Casts.settled(() -> normalise(x, inTraining));
  }

  private Tensor normalise(Tensor x, Primitive<Attrs.Epsilon> inTraining) {
    DType wide = x.dtype().accumulator();
    Tensor g = gamma.value().cast(wide);
    Tensor b = beta.value().cast(wide);
    Attrs.Epsilon epsilon = new Attrs.Epsilon(eps);
    if (usesMovingStatistics()) {
      Tensor mean = movingMean.value().cast(wide);
      Tensor variance = movingVariance.value().cast(wide);
      return Interpreters.bind(Prims.BATCH_NORM_INFER, epsilon, x, g, b, mean, variance);
    }
    double n = (double) x.size() / numFeatures;
    refuseSingle(x.shape(), n);
    Tensor[] results = Interpreters.bindAll(inTraining, epsilon, x, g, b);
    move(results[1], results[2], n);
    return results[0];
  }

  private void refuseSingle(Shape shape, double n) {
    if (n == 1) {
      throw new ShapeException(
          Messages.of(clsName() + ": one value per channel has no variance")
              .line("input", shape)
              .hint("train with larger batches, or call setTrain(false) for inference")
              .text());
    }
  }

  /** Moves the statistics, outside of any gradient. */
  private void move(Tensor mean, Tensor biased, double n) {
    if (n > 0) { // an empty batch says nothing
      step(movingMean, Autograd.stopGradient(mean));
      step(movingVariance, Autograd.stopGradient(biased).mul(n / (n - 1)));
    }
  }

  private void step(Parameter moving, Tensor batch) {
    Tensor old = Autograd.stopGradient(moving.value()).cast(batch.dtype());
    Tensor next = old.mul(momentum).add(batch.mul(1 - momentum));
    moving.assign(next.cast(moving.dtype()));
  }

  @Override
  protected boolean ownsTemporaries() {
    return true;
  }

  @Override
  public String extendRepr() {
    return "num_features="
        + numFeatures
        + ", eps="
        + Text.of(eps)
        + ", momentum="
        + Text.of(momentum)
        + ", gamma="
        + gamma
        + ", beta="
        + beta
        + ", moving_mean="
        + movingMean
        + ", moving_variance="
        + movingVariance;
  }
}
