package dev.mycel.optim;

import dev.mycel.core.Prims;
import dev.mycel.core.Variable;
import dev.mycel.nn.Parameter;
import dev.mycel.nn.ParameterTuple;
import dev.mycel.optim.schedule.LearningRateSchedule;
import java.util.List;

/**
 * Adam with weight decay apart from the gradient, and without correction of the moments' bias:
 *
 * <pre>
 * m += (1 - beta1) * (g - m)
 * v += (1 - beta2) * (g^2 - v)
 * w -= lr * (m / (sqrt(v) + eps) + weightDecay * w)
 * </pre>
 *
 * <p>State: {@code adam_m.<name>}, {@code adam_v.<name>}.
 */
public final class AdamWeightDecay extends Optimizer {
  private final ParameterTuple moments1;
  private final ParameterTuple moments2;
  private final transient AdamSettings settings;

  /** The rule with rate 0.001 and no decay. */
  public AdamWeightDecay(List<? extends Parameter> params) {
    this(builder(params));
  }

  /** The rule with a constant rate and no decay. */
  public AdamWeightDecay(List<? extends Parameter> params, double learningRate) {
    this(builder(params).learningRate(learningRate));
  }

  /** The rule with a scheduled rate and no decay. */
  public AdamWeightDecay(List<? extends Parameter> params, LearningRateSchedule learningRate) {
    this(builder(params).learningRate(learningRate));
  }

  private AdamWeightDecay(Builder builder) {
    super(builder);
    settings = builder.settings;
    moments1 = state("adam_m", 0);
    moments2 = state("adam_v", 0);
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
  protected boolean decouplesWeightDecay() {
    return true;
  }

  @Override
  protected void update(Update u) {
    updates()
        .add(
            Prims.ADAM_WEIGHT_DECAY_UPDATE,
            settings.attrs(u.weightDecay(), false),
            new Variable[] {u.parameter(), moments1.get(u.index()), moments2.get(u.index())},
            u.gradient(),
            Updates.scalarLike(u.gradient(), u.learningRate()));
  }

  /** Settings of {@link AdamWeightDecay}. */
  public static final class Builder extends OptimizerBuilder<Builder> {
    private AdamSettings settings = new AdamSettings(0.9, 0.999, 1e-6);

    private Builder(List<? extends Parameter> params) {
      super("AdamWeightDecay", params);
      learningRate(1e-3);
    }

    private Builder(ParamGroup... groups) {
      super("AdamWeightDecay", groups);
      learningRate(1e-3);
    }

    /** How much of the first moment stays, between 0 and 1; 0.9 by default. */
    public Builder beta1(double beta1) {
      settings = settings.withBeta1(op, beta1);
      return this;
    }

    /** How much of the second moment stays, between 0 and 1; 0.999 by default. */
    public Builder beta2(double beta2) {
      settings = settings.withBeta2(op, beta2);
      return this;
    }

    /** Keeps the denominator from zero, positive; 1e-6 by default. */
    public Builder eps(double eps) {
      settings = settings.withEps(op, eps);
      return this;
    }

    @Override
    protected Builder self() {
      return this;
    }

    /** Makes the optimiser and its state. */
    public AdamWeightDecay build() {
      return new AdamWeightDecay(this);
    }
  }
}
