package dev.mycel.nn.layer;

import dev.mycel.core.DType;
import dev.mycel.nn.init.Initializer;
import dev.mycel.nn.init.Initializers;
import dev.mycel.nn.init.One;
import dev.mycel.nn.init.Zero;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Arguments of a batch normalisation, with MindSpore's defaults.
 *
 * @param <N> the layer
 */
public final class BatchNormBuilder<N> {
  final long numFeatures;
  double eps = 1e-5;
  double momentum = 0.9;
  boolean affine = true;
  Initializer gammaInit = new One();
  Initializer betaInit = new Zero();
  Initializer movingMeanInit = new Zero();
  Initializer movingVarInit = new One();
  @Nullable Boolean useBatchStatistics;
  DType dtype = DType.FLOAT32;
  private final Function<BatchNormBuilder<N>, N> factory;

  BatchNormBuilder(Function<BatchNormBuilder<N>, N> factory, long numFeatures) {
    this.factory = factory;
    this.numFeatures = numFeatures;
  }

  /** What keeps the denominator from zero; 1e-5 by default. */
  public BatchNormBuilder<N> eps(double eps) {
    this.eps = eps;
    return this;
  }

  /** The share of the old value in the moving statistics, in [0, 1]; 0.9 by default. */
  public BatchNormBuilder<N> momentum(double momentum) {
    this.momentum = momentum;
    return this;
  }

  /** Whether gamma and beta are trained; yes by default. */
  public BatchNormBuilder<N> affine(boolean affine) {
    this.affine = affine;
    return this;
  }

  /** Initial gamma; ones by default. */
  public BatchNormBuilder<N> gammaInit(Initializer init) {
    this.gammaInit = init;
    return this;
  }

  /** Initial gamma by an alias. */
  public BatchNormBuilder<N> gammaInit(String alias) {
    return gammaInit(Initializers.of(alias));
  }

  /** Initial beta; zeros by default. */
  public BatchNormBuilder<N> betaInit(Initializer init) {
    this.betaInit = init;
    return this;
  }

  /** Initial beta by an alias. */
  public BatchNormBuilder<N> betaInit(String alias) {
    return betaInit(Initializers.of(alias));
  }

  /** Initial moving mean; zeros by default. */
  public BatchNormBuilder<N> movingMeanInit(Initializer init) {
    this.movingMeanInit = init;
    return this;
  }

  /** Initial moving mean by an alias. */
  public BatchNormBuilder<N> movingMeanInit(String alias) {
    return movingMeanInit(Initializers.of(alias));
  }

  /** Initial moving variance; ones by default. */
  public BatchNormBuilder<N> movingVarInit(Initializer init) {
    this.movingVarInit = init;
    return this;
  }

  /** Initial moving variance by an alias. */
  public BatchNormBuilder<N> movingVarInit(String alias) {
    return movingVarInit(Initializers.of(alias));
  }

  /** Always the batch's statistics (true) or the moving ones; by default as the mode says. */
  public BatchNormBuilder<N> useBatchStatistics(boolean useBatchStatistics) {
    this.useBatchStatistics = useBatchStatistics;
    return this;
  }

  /** Element type of the parameters; float32 by default. */
  public BatchNormBuilder<N> dtype(DType dtype) {
    this.dtype = dtype;
    return this;
  }

  /** The layer. */
  public N build() {
    return factory.apply(this);
  }
}
