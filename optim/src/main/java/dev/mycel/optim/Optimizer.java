package dev.mycel.optim;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import dev.mycel.core.Ops;
import dev.mycel.core.Precision;
import dev.mycel.core.Scope;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;
import dev.mycel.nn.LocalName;
import dev.mycel.nn.Parameter;
import dev.mycel.nn.ParameterTuple;
import dev.mycel.optim.schedule.LearningRateSchedule;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Changes parameters by their gradients: {@code optimizer.call(gradients)}, one gradient for each
 * of {@link #parameters}, in that order. The result is always true.
 *
 * <p>All arguments are checked before the first parameter changes. Frozen parameters ({@code
 * requiresGrad} is false) get no update. Weights and state are changed in place where nobody else
 * holds their values.
 *
 * <p>An optimiser is a cell, and everything it keeps is a parameter of it, under MindSpore's names:
 * saving it saves the weights, {@code global_step}, the learning rate, and its moments.
 *
 * <p>Own optimisers override {@link #update}, and {@link #beginStep} if they keep numbers for all
 * parameters together.
 */
public abstract class Optimizer extends Cell<List<Tensor>, Boolean> {
  /**
   * One parameter's part of a step.
   *
   * @param index place of the parameter in {@link #parameters}
   * @param parameter what is to be changed
   * @param gradient of the parameter's shape and dtype, divided by the loss scale
   * @param learningRate the rate of this step
   * @param weightDecay the decay of this step that the rule has yet to apply
   */
  public record Update(
      int index, Parameter parameter, Tensor gradient, double learningRate, double weightDecay) {}

  @LocalName("global_step")
  private final Parameter globalStep;

  @SuppressWarnings("UnusedVariable") // the registry finds it
  private final ParameterTuple learningRates;

  private final ParameterTuple parameters;
  private final transient HostMirror step;
  private final transient List<GroupPlan.Member> members;
  private final transient Map<String, RateSource> rates = new LinkedHashMap<>();
  private final transient double lossScale;
  private final transient Updates updates = new Updates();

  /** An optimiser with what the builder was told. */
  protected Optimizer(OptimizerBuilder<?> builder) {
    super(false);
    members = GroupPlan.of(builder);
    lossScale = builder.lossScale;
    step = HostMirror.counter("global_step");
    globalStep = step.parameter();
    List<Parameter> weights = new ArrayList<>();
    boolean dynamic = false;
    for (GroupPlan.Member m : members) {
      weights.add(m.parameter());
      rates.computeIfAbsent(m.rateName(), name -> RateSource.of(m.rate(), name));
      dynamic |= m.rate().isDynamic();
    }
    parameters = new ParameterTuple(weights);
    learningRates = new ParameterTuple(dynamic ? List.of() : keptRates());
    if (dynamic) {
      insertRateCells();
    }
  }

  /** An optimiser without groups, for own rules. */
  protected Optimizer(List<? extends Parameter> parameters, double learningRate) {
    this(new Plain(parameters).learningRate(learningRate));
  }

  /** An optimiser without groups, for own rules. */
  protected Optimizer(List<? extends Parameter> parameters, LearningRateSchedule learningRate) {
    this(new Plain(parameters).learningRate(learningRate));
  }

  private static final class Plain extends OptimizerBuilder<Plain> {
    Plain(List<? extends Parameter> parameters) {
      super("optimizer", parameters);
    }

    @Override
    protected Plain self() {
      return this;
    }
  }

  private List<Parameter> keptRates() {
    List<Parameter> kept = new ArrayList<>();
    for (RateSource source : rates.values()) {
      Parameter p = source.parameter();
      if (p != null) {
        kept.add(p);
      }
    }
    return kept;
  }

  private void insertRateCells() {
    rates.forEach(
        (name, source) -> {
          Parameter p = source.parameter();
          if (p != null) {
            insertChildToCell(name, new RateCell(p, source));
          }
        });
  }

  // ---- the rule ---------------------------------------------------------------------------------

  /**
   * Changes one parameter and its state. Temporary tensors end with the call.
   *
   * @param update what to do; its gradient has been checked
   */
  protected abstract void update(Update update);

  /**
   * Called once before the updates of a step, after all checks.
   *
   * @param step number of this step, 0 for the first
   */
  protected void beginStep(long step) {}

  /** Whether weight decay is no part of the gradient but of the rule; false by default. */
  protected boolean decouplesWeightDecay() {
    return false;
  }

  @Override
  protected final Boolean construct(List<Tensor> gradients) {
    GradientChecks.check(clsName(), parameters, gradients);
    long now = (long) step.value();
    double[] rateOf = new double[members.size()];
    double[] decayOf = new double[members.size()];
    for (int i = 0; i < rateOf.length; i++) {
      rateOf[i] = rateAt(i, now);
      decayOf[i] = decayAt(i, now);
    }
    // Mixed precision is for the network; steps are too small to be rounded.
    Precision before = Precision.swap(Precision.NONE);
    try {
      parameters.forEach(Parameter::initData);
      beginStep(now);
      for (int i = 0; i < rateOf.length; ) {
        i = updateSome(i, gradients, rateOf, decayOf);
      }
      step.set(now + 1);
    } finally {
      Precision.swap(before);
    }
    return true;
  }

  /** Updates parameters from number i on together, and says which is the next. */
  private int updateSome(int i, List<Tensor> gradients, double[] rateOf, double[] decayOf) {
    int next = i;
    try (Scope scope = Scope.open()) {
      try {
        for (; next < rateOf.length && !updates.isFull(); next++) {
          if (parameters.get(next).requiresGrad()) {
            updateOne(next, gradients.get(next), rateOf[next], decayOf[next]);
          }
        }
      } finally {
        updates.flush(); // also after an exception: those before it are done
      }
    }
    return next;
  }

  private void updateOne(int i, Tensor given, double rate, double decay) {
    Parameter weight = parameters.get(i);
    try (Scope scope = Scope.open()) {
      Tensor gradient = given.cast(weight.dtype());
      if (lossScale != 1) {
        gradient = gradient.mul(1 / lossScale);
      }
      double left = decay;
      if (members.get(i).centralize() && isCentralizable(gradient)) {
        if (decay != 0 && !decouplesWeightDecay()) {
          gradient = withDecay(gradient, weight, decay);
          left = 0;
        }
        gradient = gradient.sub(gradient.mean(true, allButFirst(gradient)));
      }
      try {
        update(new Update(i, weight, gradient, rate, left));
      } finally {
        updates.giveTo(scope);
      }
    }
  }

  /** In a scope of its own: a claim on the weight would keep the update from working in place. */
  private static Tensor withDecay(Tensor gradient, Parameter weight, double decay) {
    try (Scope scope = Scope.open()) {
      return scope.give(gradient.add(weight.value().mul(decay)));
    }
  }

  private static boolean isCentralizable(Tensor gradient) {
    return gradient.rank() > 1 && gradient.dim(1) % 16 == 0 && gradient.size() > 0;
  }

  private static int[] allButFirst(Tensor gradient) {
    int[] axes = new int[gradient.rank() - 1];
    java.util.Arrays.setAll(axes, axis -> axis + 1);
    return axes;
  }

  /** Where rules of this package leave their update primitives. */
  final Updates updates() {
    return updates;
  }

  // ---- for rules --------------------------------------------------------------------------------

  /**
   * A state for each parameter, of its shape and dtype, named {@code prefix.<parameter's name>}.
   */
  protected final ParameterTuple state(String prefix, double value) {
    List<Parameter> list = new ArrayList<>();
    for (Parameter p : parameters) {
      Tensor start = Ops.full(p.shape(), value, p.dtype());
      list.add(new Parameter(start, prefix + "." + p.name()));
    }
    return new ParameterTuple(list);
  }

  @Override
  protected Optional<String> whyNotCopied() {
    return Optional.of(
        "its states belong to its parameters: copy the network alone and make an optimiser over"
            + " copy.trainableParams()");
  }

  // ---- what is in force -------------------------------------------------------------------------

  /** The parameters in the order of their gradients. */
  public final List<Parameter> parameters() {
    return parameters;
  }

  /** By what the gradients are divided, because the loss was multiplied by it; 1 as a rule. */
  public final double lossScale() {
    return lossScale;
  }

  /** How many steps were done: int32 of shape (1,). */
  public final Parameter globalStep() {
    return globalStep;
  }

  /** The learning rate of the next step; an error if groups differ in it. */
  public final double getLr() {
    double first = rateAt(0, (long) step.value());
    for (int i = 1; i < members.size(); i++) {
      if (rateAt(i, (long) step.value()) != first) {
        throw severalValues("getLr", "learning rates");
      }
    }
    return first;
  }

  /** The learning rate of the next step for a parameter. */
  public final double getLr(Parameter parameter) {
    return rateAt(indexOf("getLr", parameter), (long) step.value());
  }

  /**
   * The parameter that keeps the learning rate of a parameter, or its list of rates: {@code
   * setData} on it changes the rate. A schedule keeps none, which is an error.
   */
  public final Parameter getLrParameter(Parameter parameter) {
    GroupPlan.Member member = members.get(indexOf("getLrParameter", parameter));
    Parameter kept = sourceOf(member).parameter();
    if (kept == null) {
      throw new ArgumentException(
          Messages.of("getLrParameter: the learning rate is computed by a schedule")
              .line("parameter", parameter)
              .line("schedule ", member.rate())
              .hint("getLr(parameter) tells the rate of the next step")
              .text());
    }
    return kept;
  }

  /** The weight decay of the next step for a parameter; 0 where the name filter leaves it out. */
  public final double getWeightDecay(Parameter parameter) {
    return decayAt(indexOf("getWeightDecay", parameter), (long) step.value());
  }

  private double rateAt(int i, long now) {
    return sourceOf(members.get(i)).at(clsName(), now);
  }

  private RateSource sourceOf(GroupPlan.Member member) {
    return java.util.Objects.requireNonNull(rates.get(member.rateName()));
  }

  private double decayAt(int i, long now) {
    StepValue decay = members.get(i).weightDecay();
    if (decay instanceof StepValue.Constant constant) {
      return constant.value();
    }
    double value = ((StepValue.Scheduled) decay).schedule().at(now);
    return Checks.nonNegative(clsName(), "weightDecay at step " + now, value);
  }

  private int indexOf(String op, Parameter parameter) {
    for (int i = 0; i < parameters.size(); i++) {
      if (parameters.get(i) == parameter) {
        return i;
      }
    }
    throw new ArgumentException(
        Messages.of(op + ": the optimiser does not have this parameter")
            .line("parameter", parameter)
            .hint("parameters() lists those it has")
            .text());
  }

  private static ArgumentException severalValues(String op, String what) {
    return new ArgumentException(
        Messages.of(op + ": the groups have different " + what)
            .hint("ask for one parameter: " + op + "(parameter)")
            .text());
  }

  @Override
  protected final boolean ownsTemporaries() {
    return true;
  }
}
