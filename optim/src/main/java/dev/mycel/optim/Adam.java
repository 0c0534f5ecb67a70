package dev.mycel.optim;

import dev.mycel.core.Ops;
import dev.mycel.core.Prims;
import dev.mycel.core.Tensor;
import dev.mycel.core.Variable;
import dev.mycel.nn.LocalName;
import dev.mycel.nn.Parameter;
import dev.mycel.nn.ParameterTuple;
import dev.mycel.optim.schedule.LearningRateSchedule;
import java.util.List;

/**
 * Adaptive moments. With {@code g} the gradient plus weight decay, and {@code t} = 1, 2, ...:
 *
 * <pre>
 * m += (1 - beta1) * (g - m)
 * v += (1 - beta2) * (g^2 - v)
 * w -= lr * sqrt(1 - beta2^t) / (1 - beta1^t) * m / (sqrt(v) + eps)
 * </pre>
 *
 * <p>With Nesterov's form {@code beta1 * m + (1 - beta1) * g} stands for {@code m} in the last
 * line; with AMSGrad the largest {@code v} so far stands for {@code v}.
 *
 * <p>State: {@code beta1_power} and {@code beta2_power} (1 at the start), {@code moment1.<name>},
 * {@code moment2.<name>}, and {@code vhat.<name>} with AMSGrad.
 */
public final class Adam extends Optimizer {
  @LocalName("beta1_power")
  @SuppressWarnings("UnusedVariable") // the registry finds it
  private final Parameter beta1Power;

  @LocalName("beta2_power")
  @SuppressWarnings("UnusedVariable") // the registry finds it
  private final Parameter beta2Power;

  private final ParameterTuple moment1;
  private final ParameterTuple moment2;
  private final ParameterTuple vhat;
  private final transient HostMirror power1;
  private final transient HostMirror power2;
  private final transient AdamSettings settings;
  private final transient boolean nesterov;
  private final transient boolean amsgrad;
  private transient double correction = 1;

  /** Adam with rate 0.001. */
  public Adam(List<? extends Parameter> params) {
    this(builder(params));
  }

  /** Adam with a constant rate. */
  public Adam(List<? extends Parameter> params, double learningRate) {
    this(builder(params).learningRate(learningRate));
  }

  /** Adam with a scheduled rate. */
  public Adam(List<? extends Parameter> params, LearningRateSchedule learningRate) {
    this(builder(params).learningRate(learningRate));
  }

  private Adam(Builder builder) {
    super(builder);
    settings = builder.settings;
    nesterov = builder.nesterov;
    amsgrad = builder.amsgrad;
    power1 = HostMirror.scalar(1, "beta1_power");
    power2 = HostMirror.scalar(1, "beta2_power");
    beta1Power = power1.parameter();
    beta2Power = power2.parameter();
    moment1 = state("moment1", 0);
    moment2 = state("moment2", 0);
    vhat = amsgrad ? state("vhat", 0) : new ParameterTuple();
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
  protected void beginStep(long step) {
    double p1 = power(power1, settings.beta1(), step);
    double p2 = power(power2, settings.beta2(), step);
    correction = Math.sqrt(1 - p2) / (1 - p1);
  }

  /**
   * The next power of a decay. Its parameter is float32, and one minus a power of 0.999 would keep
   * five digits of it: so the number of the step decides, unless a checkpoint brought the power of
   * another step.
   */
  private static double power(HostMirror stored, double beta, long step) {
    double next = stored.value() * beta;
    double exact = Math.pow(beta, step + 1);
    double chosen = Math.abs(next - exact) < 1e-6 ? exact : next;
    stored.set(chosen);
    return chosen == exact ? exact : stored.value();
  }

  @Override
  protected void update(Update u) {
    double rate = u.learningRate() * correction;
    if (amsgrad) {
      updateAmsgrad(u, rate);
      return;
    }
    updates()
        .add(
            Prims.ADAM_UPDATE,
            settings.attrs(u.weightDecay(), nesterov),
            new Variable[] {u.parameter(), moment1.get(u.index()), moment2.get(u.index())},
            u.gradient(),
            Updates.scalarLike(u.gradient(), rate));
  }

  /** No primitive has this rule, so it is put together from operations. */
  private void updateAmsgrad(Update u, double rate) {
    Parameter p = u.parameter();
    Parameter first = moment1.get(u.index());
    Parameter second = moment2.get(u.index());
    Parameter largest = vhat.get(u.index());
    Tensor w = p.value();
    Tensor g = u.weightDecay() == 0 ? u.gradient() : u.gradient().add(w.mul(u.weightDecay()));
    Tensor m0 = first.value();
    Tensor v0 = second.value();
    Tensor m = m0.add(g.sub(m0).mul(1 - settings.beta1()));
    Tensor v = v0.add(g.square().sub(v0).mul(1 - settings.beta2()));
    Tensor top = Ops.maximum(largest.value(), v);
    Tensor numerator = nesterov ? m.mul(settings.beta1()).add(g.mul(1 - settings.beta1())) : m;
    Tensor step = numerator.div(top.sqrt().add(settings.eps()));
    Tensor next = w.sub(step.mul(rate));
    p.assign(next);
    first.assign(m);
    second.assign(v);
    largest.assign(top);
  }

  /** Settings of {@link Adam}. */
  public static final class Builder extends OptimizerBuilder<Builder> {
    private AdamSettings settings = new AdamSettings(0.9, 0.999, 1e-8);
    private boolean nesterov;
    private boolean amsgrad;

    private Builder(List<? extends Parameter> params) {
      super("Adam", params);
      learningRate(1e-3);
    }

    private Builder(ParamGroup... groups) {
      super("Adam", groups);
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

    /** Keeps the denominator from zero, positive; 1e-8 by default. */
    public Builder eps(double eps) {
      settings = settings.withEps(op, eps);
      return this;
    }

    /** Nesterov's form; false by default. */
    public Builder useNesterov(boolean useNesterov) {
      nesterov = useNesterov;
      return this;
    }

    /** The largest second moment so far in the denominator; false by default. */
    public Builder useAmsgrad(boolean useAmsgrad) {
      amsgrad = useAmsgrad;
      return this;
    }

    @Override
    protected Builder self() {
      return this;
    }

    /** Makes the optimiser and its state. */
    public Adam build() {
      return new Adam(this);
    }
  }
}
