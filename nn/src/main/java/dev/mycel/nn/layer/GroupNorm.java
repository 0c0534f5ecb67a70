package dev.mycel.nn.layer;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.DType;
import dev.mycel.core.Messages;
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
 * Normalises groups of channels of each example of x [N, C, ...], then scales and shifts each
 * channel. Wu and He, 2018.
 */
public final class GroupNorm extends Cell<Tensor, Tensor> {
  private final int numGroups;
  private final long numChannels;
  private final double eps;
  private final Parameter gamma;
  private final Parameter beta;

  /** With eps 1e-5 and trained gamma and beta. */
  public GroupNorm(int numGroups, long numChannels) {
    this(numGroups, numChannels, 1e-5, true);
  }

  /** With gamma one and beta zero at first, trained if {@code affine}. */
  public GroupNorm(int numGroups, long numChannels, double eps, boolean affine) {
    this(numGroups, numChannels, eps, affine, new One(), new Zero());
  }

  /** All of it; the channels are divisible by the groups. */
  public GroupNorm(
      int numGroups,
      long numChannels,
      double eps,
      boolean affine,
      Initializer gammaInit,
      Initializer betaInit) {
    this.numGroups = (int) Args.positive("groupNorm", "numGroups", numGroups);
    this.numChannels = Args.positive("groupNorm", "numChannels", numChannels);
    if (numChannels % numGroups != 0) {
      throw new ArgumentException(
          Messages.of("groupNorm: the channels cannot be split into groups")
              .line("channels", numChannels)
              .line("groups  ", numGroups)
              .hint("the channels must be divisible by the groups")
              .text());
    }
    this.eps = eps;
    Shape shape = Shape.of(numChannels);
    DType type = DType.FLOAT32;
    gamma = new Parameter(Initializers.initializer(gammaInit, shape, type), "gamma", affine);
    beta = new Parameter(Initializers.initializer(betaInit, shape, type), "beta", affine);
  }

  /** The scales [C]. */
  public Parameter gamma() {
    return gamma;
  }

  /** The shifts [C]. */
  public Parameter beta() {
    return beta;
  }

  @Override
  protected Tensor construct(Tensor input) {
    Shape s = input.shape();
    if (s.rank() < 2 || s.dim(1) != numChannels) {
      throw new ShapeException(
          Messages.of("groupNorm: the input does not fit")
              .line("input ", s)
              .line("wanted", "[N, " + numChannels + ", ...]")
              .text());
    }
    Tensor x = Casts.input(Prims.LAYER_NORM, input);
    return Casts.settled(() -> normalise(x));
  }

  private Tensor normalise(Tensor x) {
    Shape s = x.shape();
    DType wide = x.dtype().accumulator();
    long rest = s.size() / Math.max(1, s.dim(0) * numGroups);
    Tensor rows = x.cast(wide).reshape(s.dim(0), numGroups, rest);
    Tensor centred = rows.sub(rows.mean(true, 2));
    Tensor deviation = centred.square().mean(true, 2).add(eps).rsqrt();
    Tensor normal = centred.mul(deviation).reshape(s.dims());
    Tensor y = normal.mul(perChannel(gamma, wide, s)).add(perChannel(beta, wide, s));
    return y.cast(x.dtype());
  }

  private static Tensor perChannel(Parameter parameter, DType type, Shape input) {
    long[] dims = new long[input.rank()];
    java.util.Arrays.fill(dims, 1);
    dims[1] = input.dim(1);
    return parameter.value().cast(type).reshape(dims);
  }

  @Override
  protected boolean ownsTemporaries() {
    return true;
  }

  @Override
  public String extendRepr() {
    return "num_groups=" + numGroups + ", num_channels=" + numChannels;
  }
}
