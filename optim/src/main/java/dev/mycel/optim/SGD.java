package dev.mycel.optim;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Attrs;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Messages;
import dev.mycel.core.Ops;
import dev.mycel.core.Prims;
import dev.mycel.core.Tensor;
import dev.mycel.core.Variable;
import dev.mycel.nn.Parameter;
import dev.mycel.nn.ParameterTuple;
import dev.mycel.optim.schedule.LearningRateSchedule;
import java.util.Arrays;
import java.util.List;

/**
 * Gradient descent, with momentum if asked for. With {@code g} the gradient plus weight decay, and
 * {@code a} the accumulator:
 *
 * <pre>
 * without momentum  w -= lr * g
 * first step        a = g
 * later             a = momentum * a + (1 - dampening) * g
 * then              w -= lr * a,   or with nesterov  w -= lr * (g + momentum * a)
 * </pre>
 *
 * <p>State: {@code momentum}, {@code accum.<name>}, {@code stat.<name>} (ones until the first step
 * with momentum).
 */
public final class SGD extends Optimizer {
  @SuppressWarnings("UnusedVariable") // the registry finds it
  private final Parameter momentum;

  private final ParameterTuple accum;
  private final ParameterTuple stat;
  private final transient HostMirror momentumValue;
  private final transient double dampening;
  private final transient boolean nesterov;
  private final transient long[] statSeen;
  private final transient boolean[] fresh;

  /** Plain descent with rate 0.1. */
  public SGD(List<? extends Parameter> params) {
    this(builder(params));
  }

  /** Plain descent. */
  public SGD(List<? extends Parameter> params, double learningRate) {
    this(builder(params).learningRate(learningRate));
  }

  /** Plain descent. */
  public SGD(List<? extends Parameter> params, LearningRateSchedule learningRate) {
    this(builder(params).learningRate(learningRate));
  }

  private SGD(Builder builder) {
    super(builder.checked());
    momentumValue = HostMirror.scalar(builder.momentum, "momentum");
    momentum = momentumValue.parameter();
    dampening = builder.dampening;
    nesterov = builder.nesterov;
    accum = state("accum", 0);
    stat = state("stat", 1);
    statSeen = new long[stat.size()];
    Arrays.fill(statSeen, -1);
    fresh = new boolean[stat.size()];
  }

  /** Starts from a list of parameters. */
  public static Builder builder(List<? extends Parameter> params) {
    return new Builder(params);
  }

  /** Starts from groups. */
  public static Builder builder(ParamGroup... groups) {
    return new Builder(groups);
  }

  @Override
  protected void update(Update u) {
    double m = momentumValue.value();
    boolean first = m > 0 && isFresh(u.index());
    updates()
        .add(
            Prims.SGD_UPDATE,
            new Attrs.Sgd(m, dampening, u.weightDecay(), nesterov),
            new Variable[] {u.parameter(), accum.get(u.index())},
            u.gradient(),
            Updates.scalarLike(u.gradient(), u.learningRate()),
            Updates.scalarLike(u.gradient(), first ? 1 : 0));
    if (first) {
      updates().flush(); // the mark must not change where the update fails
      Parameter mark = stat.get(u.index());
      mark.assign(Ops.zeros(mark.shape(), mark.dtype()));
    }
  }

  /** Whether the accumulator holds nothing yet: looked up again after loading a checkpoint. */
  private boolean isFresh(int i) {
    Parameter mark = stat.get(i);
    if (statSeen[i] != mark.version()) {
      statSeen[i] = mark.version();
      Tensor value = Interpreters.lowerToRoot(mark.value());
      Tensor largest = value.size() == 0 ? value : value.max();
      fresh[i] = largest.size() > 0 && isPositive(largest);
    }
    return fresh[i];
  }

  private static boolean isPositive(Tensor scalar) {
    Tensor wide = scalar.cast(dev.mycel.core.DType.FLOAT64);
    return ((double[]) Interpreters.root().toHost(wide))[0] > 0;
  }

  /** Settings of {@link SGD}. */
  public static final class Builder extends OptimizerBuilder<Builder> {
    private double momentum;
    private double dampening;
    private boolean nesterov;

    private Builder(List<? extends Parameter> params) {
      super("SGD", params);
      learningRate(0.1);
    }

    private Builder(ParamGroup... groups) {
      super("SGD", groups);
      learningRate(0.1);
    }

    /** How much of the accumulator stays; 0 by default. */
    public Builder momentum(double momentum) {
      this.momentum = Checks.nonNegative(op, "momentum", momentum);
      return this;
    }

    /** How much of a gradient the accumulator leaves out; 0 by default. */
    public Builder dampening(double dampening) {
      this.dampening = Checks.nonNegative(op, "dampening", dampening);
      return this;
    }

    /** Nesterov's form, which needs momentum and no dampening; false by default. */
    public Builder nesterov(boolean nesterov) {
      this.nesterov = nesterov;
      return this;
    }

    @Override
    protected Builder self() {
      return this;
    }

    private Builder checked() {
      if (nesterov && (momentum <= 0 || dampening != 0)) {
        throw new ArgumentException(
            Messages.of("SGD: nesterov needs a positive momentum and no dampening")
                .line("momentum ", momentum)
                .line("dampening", dampening)
                .text());
      }
      return this;
    }

    /** Makes the optimiser and its state. */
    public SGD build() {
      return new SGD(this);
    }
  }
}
