package dev.mycel.optim;

import dev.mycel.core.Ops;
import dev.mycel.core.Prims;
import dev.mycel.core.Tensor;
import dev.mycel.core.Variable;
import dev.mycel.nn.Parameter;
import dev.mycel.nn.ParameterTuple;
import dev.mycel.optim.schedule.LearningRateSchedule;
import java.util.List;

/**
 * Adam with weight decay apart from the gradient and with corrected moments, as {@code
 * mint.optim.AdamW} and PyTorch compute it. With the gradient {@code g} and {@code t} = 1, 2, ...:
 *
 * <pre>
 * m += (1 - beta1) * (g - m)
 * v += (1 - beta2) * (g^2 - v)
 * w -= lr * weightDecay * w
 * w -= lr / (1 - beta1^t) * m / (sqrt(v / (1 - beta2^t)) + eps)
 * </pre>
 *
 * <p>With AMSGrad the largest {@code v} so far stands for {@code v} in the last line. The decay
 * applies to all parameters, whatever their names.
 *
 * <p>State: {@code exp_avg.<name>}, {@code exp_avg_sq.<name>}, and {@code max_exp_avg_sq.<name>}
 * with AMSGrad; {@code t} is {@code global_step} plus one.
 *
 * @see <a href="https://arxiv.org/abs/1711.05101">Loshchilov and Hutter, 2019, algorithm 2</a>
 */
public final class AdamW extends Optimizer {
  private final ParameterTuple expAvg;
  private final ParameterTuple expAvgSq;
  private final ParameterTuple maxExpAvgSq;
  private final transient AdamSettings settings;
  private final transient boolean amsgrad;
  private final transient boolean maximize;
  private transient double correction1 = 1;
  private transient double correction2 = 1;

  /** The rule with rate 0.001 and decay 0.01. */
  public AdamW(List<? extends Parameter> params) {
    this(builder(params));
  }

  /** The rule with a constant rate and decay 0.01. */
  public AdamW(List<? extends Parameter> params, double learningRate) {
    this(builder(params).learningRate(learningRate));
  }

  /** The rule with a scheduled rate and decay 0.01. */
  public AdamW(List<? extends Parameter> params, LearningRateSchedule learningRate) {
    this(builder(params).learningRate(learningRate));
  }

  private AdamW(Builder builder) {
    super(builder);
    settings = builder.settings;
    amsgrad = builder.amsgrad;
    maximize = builder.maximize;
    expAvg = state("exp_avg", 0);
    expAvgSq = state("exp_avg_sq", 0);
    maxExpAvgSq = amsgrad ? state("max_exp_avg_sq", 0) : new ParameterTuple();
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
  protected void beginStep(long step) {
    correction1 = 1 - Math.pow(settings.beta1(), step + 1.0);
    correction2 = Math.sqrt(1 - Math.pow(settings.beta2(), step + 1.0));
  }

  /**
   * The primitive's rule corrects nothing: {@code w -= r * (m / (sqrt(v) + e) + d * w)}. With the
   * corrections {@code c1 = 1 - beta1^t} and {@code c2 = sqrt(1 - beta2^t)} it is this class's for
   * {@code r = lr * c2 / c1}, {@code e = eps * c2} and {@code d = weightDecay * c1 / c2}.
   */
  @Override
  protected void update(Update u) {
    Tensor g = maximize ? u.gradient().neg() : u.gradient();
    double rate = u.learningRate() * correction2 / correction1;
    double decay = u.weightDecay() * correction1 / correction2;
    AdamSettings corrected =
        new AdamSettings(settings.beta1(), settings.beta2(), settings.eps() * correction2);
    if (amsgrad) {
      updateAmsgrad(u, g, rate, decay, corrected);
      return;
    }
    updates()
        .add(
            Prims.ADAM_WEIGHT_DECAY_UPDATE,
            corrected.attrs(decay, false),
            new Variable[] {u.parameter(), expAvg.get(u.index()), expAvgSq.get(u.index())},
            g,
            Updates.scalarLike(g, rate));
  }

  /** No primitive has this rule, so it is put together from operations. */
  private void updateAmsgrad(Update u, Tensor g, double rate, double decay, AdamSettings s) {
    Parameter p = u.parameter();
    Parameter first = expAvg.get(u.index());
    Parameter second = expAvgSq.get(u.index());
    Parameter largest = maxExpAvgSq.get(u.index());
    Tensor w = p.value();
    Tensor m = first.value().add(g.sub(first.value()).mul(1 - s.beta1()));
    Tensor v = second.value().add(g.square().sub(second.value()).mul(1 - s.beta2()));
    Tensor top = Ops.maximum(largest.value(), v);
    Tensor next = w.sub(m.div(top.sqrt().add(s.eps())).add(w.mul(decay)).mul(rate));
    p.assign(next);
    first.assign(m);
    second.assign(v);
    largest.assign(top);
  }

  /** Settings of {@link AdamW}. */
  public static final class Builder extends OptimizerBuilder<Builder> {
    private AdamSettings settings = new AdamSettings(0.9, 0.999, 1e-8);
    private boolean amsgrad;
    private boolean maximize;

    private Builder(List<? extends Parameter> params) {
      super("AdamW", params);
      defaults();
    }

    private Builder(ParamGroup... groups) {
      super("AdamW", groups);
      defaults();
    }

    private void defaults() {
      learningRate(1e-3);
      weightDecay(1e-2);
      decaysAll = true;
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

    /** The largest second moment so far in the denominator; false by default. */
    public Builder amsgrad(boolean amsgrad) {
      this.amsgrad = amsgrad;
      return this;
    }

    /** Climbs instead of descending; false by default. */
    public Builder maximize(boolean maximize) {
      this.maximize = maximize;
      return this;
    }

    @Override
    protected Builder self() {
      return this;
    }

    /** Makes the optimiser and its state. */
    public AdamW build() {
      return new AdamW(this);
    }
  }
}
