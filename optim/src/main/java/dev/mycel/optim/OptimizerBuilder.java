package dev.mycel.optim;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import dev.mycel.nn.Parameter;
import dev.mycel.optim.schedule.LearningRateSchedule;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What all optimisers can be told.
 *
 * @param <B> the builder itself
 */
public abstract class OptimizerBuilder<B extends OptimizerBuilder<B>> {
  final String op;

  /** Whether the decay also applies to parameters that are named as those of norms are. */
  boolean decaysAll;

  final List<ParamGroup> groups;
  final boolean grouped;
  @Nullable StepValue learningRate;
  StepValue weightDecay = new StepValue.Constant(0);
  double lossScale = 1;

  /**
   * A builder of an optimiser without groups.
   *
   * @param name the optimiser's name, for messages
   * @param parameters at least one, none of them twice
   */
  protected OptimizerBuilder(String name, List<? extends Parameter> parameters) {
    op = name;
    grouped = false;
    groups = List.of(ParamGroup.of(GroupPlan.checkedList(name, parameters)));
  }

  /**
   * A builder of an optimiser with groups.
   *
   * @param name the optimiser's name, for messages
   * @param groups at least one, and at most one order
   */
  protected OptimizerBuilder(String name, ParamGroup... groups) {
    op = name;
    grouped = true;
    this.groups = List.of(groups);
  }

  /** This builder. */
  protected abstract B self();

  /** The rate of every step, not negative. It is a parameter and can be changed in between. */
  public B learningRate(double learningRate) {
    this.learningRate = StepValue.constant(op, "learningRate", learningRate);
    return self();
  }

  /** The rate of each step: element 0 for the first. Further steps than elements are an error. */
  public B learningRate(List<Double> learningRates) {
    this.learningRate = StepValue.perStep(op, "learningRate", learningRates);
    return self();
  }

  /** The rate of each step: element 0 for the first. Further steps than elements are an error. */
  public B learningRate(float[] learningRates) {
    List<Double> list = new ArrayList<>();
    for (float rate : learningRates) {
      list.add((double) rate);
    }
    return learningRate(list);
  }

  /** The rate as a function of the step. */
  public B learningRate(LearningRateSchedule learningRate) {
    this.learningRate = new StepValue.Scheduled(learningRate);
    return self();
  }

  /**
   * How much of the weights is added to their gradients (AdamWeightDecay: to the step); 0 by
   * default. Without groups it applies to parameters whose name contains neither {@code beta} nor
   * {@code gamma}.
   */
  public B weightDecay(double weightDecay) {
    this.weightDecay = StepValue.constant(op, "weightDecay", weightDecay);
    return self();
  }

  /** The weight decay as a function of the step. */
  public B weightDecay(LearningRateSchedule weightDecay) {
    this.weightDecay = new StepValue.Scheduled(weightDecay);
    return self();
  }

  /** By what the gradients are divided, because the loss was multiplied by it; 1 by default. */
  public B lossScale(double lossScale) {
    this.lossScale = Checks.positive(op, "lossScale", lossScale);
    return self();
  }

  StepValue requiredLearningRate() {
    StepValue chosen = learningRate;
    if (chosen == null) {
      throw new ArgumentException(
          Messages.of(op + ": there is no learning rate")
              .hint("call learningRate(...) on the builder")
              .text());
    }
    return chosen;
  }
}
