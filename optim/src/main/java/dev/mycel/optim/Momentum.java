package dev.mycel.optim;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Attrs;
import dev.mycel.core.Messages;
import dev.mycel.core.Prims;
import dev.mycel.core.Variable;
import dev.mycel.nn.Parameter;
import dev.mycel.nn.ParameterTuple;
import dev.mycel.optim.schedule.LearningRateSchedule;
import java.util.List;

/**
 * Descent with momentum. With {@code g} the gradient plus weight decay: {@code v = momentum * v +
 * g; w -= lr * v}, or with Nesterov's form {@code w -= lr * (g + momentum * v)}.
 *
 * <p>State: {@code momentum}, {@code moments.<name>}.
 */
public final class Momentum extends Optimizer {
  @SuppressWarnings("UnusedVariable") // the registry finds it
  private final Parameter momentum;

  private final ParameterTuple moments;
  private final transient HostMirror momentumValue;
  private final transient boolean nesterov;

  /** Descent with a constant rate. */
  public Momentum(List<? extends Parameter> params, double learningRate, double momentum) {
    this(builder(params).learningRate(learningRate).momentum(momentum));
  }

  /** Descent with a rate for each step. */
  public Momentum(List<? extends Parameter> params, List<Double> learningRates, double momentum) {
    this(builder(params).learningRate(learningRates).momentum(momentum));
  }

  /** Descent with a scheduled rate. */
  public Momentum(
      List<? extends Parameter> params, LearningRateSchedule learningRate, double momentum) {
    this(builder(params).learningRate(learningRate).momentum(momentum));
  }

  private Momentum(Builder builder) {
    super(builder.checked());
    momentumValue = HostMirror.scalar(builder.momentum, "momentum");
    momentum = momentumValue.parameter();
    nesterov = builder.nesterov;
    moments = state("moments", 0);
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
    updates()
        .add(
            Prims.MOMENTUM_UPDATE,
            new Attrs.Momentum(momentumValue.value(), u.weightDecay(), nesterov),
            new Variable[] {u.parameter(), moments.get(u.index())},
            u.gradient(),
            Updates.scalarLike(u.gradient(), u.learningRate()));
  }

  /** Settings of {@link Momentum}; {@code learningRate} and {@code momentum} are required. */
  public static final class Builder extends OptimizerBuilder<Builder> {
    private double momentum = -1;
    private boolean nesterov;

    private Builder(List<? extends Parameter> params) {
      super("Momentum", params);
    }

    private Builder(ParamGroup... groups) {
      super("Momentum", groups);
    }

    /** How much of the moment stays, not negative. */
    public Builder momentum(double momentum) {
      this.momentum = Checks.nonNegative(op, "momentum", momentum);
      return this;
    }

    /** Nesterov's form as MindSpore documents it; false by default. */
    public Builder useNesterov(boolean useNesterov) {
      nesterov = useNesterov;
      return this;
    }

    @Override
    protected Builder self() {
      return this;
    }

    private Builder checked() {
      if (momentum < 0) {
        throw new ArgumentException(
            Messages.of("Momentum: there is no momentum")
                .hint("call momentum(0.9) on the builder")
                .text());
      }
      return this;
    }

    /** Makes the optimiser and its state. */
    public Momentum build() {
      return new Momentum(this);
    }
  }
}
