package dev.mycel.optim;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import dev.mycel.nn.Parameter;
import dev.mycel.optim.schedule.LearningRateSchedule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Parameters with settings of their own; what is not set comes from the optimiser. Immutable: each
 * method gives a changed copy.
 *
 * <pre>{@code
 * Momentum.builder(
 *         ParamGroup.of(backbone.trainableParams()).lr(0.001),
 *         ParamGroup.of(head.trainableParams()).weightDecay(0.01))
 *     .learningRate(0.1)
 *     .momentum(0.9)
 *     .build();
 * }</pre>
 *
 * <p>In groups weight decay applies to every parameter of the group, whatever its name.
 */
public final class ParamGroup {
  private static final String OP = "paramGroup";

  final List<Parameter> params;
  final boolean isOrder;
  final @Nullable StepValue lr;
  final @Nullable StepValue weightDecay;
  final @Nullable Boolean gradCentralization;

  private ParamGroup(
      List<Parameter> params,
      boolean isOrder,
      @Nullable StepValue lr,
      @Nullable StepValue weightDecay,
      @Nullable Boolean gradCentralization) {
    this.params = params;
    this.isOrder = isOrder;
    this.lr = lr;
    this.weightDecay = weightDecay;
    this.gradCentralization = gradCentralization;
  }

  /** A group with the optimiser's settings. */
  public static ParamGroup of(List<? extends Parameter> params) {
    return new ParamGroup(GroupPlan.checkedList(OP, params), false, null, null, null);
  }

  /**
   * Not a group, but the order in which the optimiser takes the parameters of all groups, and so
   * their gradients. It names every one of them once.
   */
  public static ParamGroup order(List<? extends Parameter> params) {
    return new ParamGroup(GroupPlan.checkedList(OP, params), true, null, null, null);
  }

  /** The learning rate of this group. */
  public ParamGroup lr(double lr) {
    return withLr(StepValue.constant(OP, "lr", lr));
  }

  /** The learning rates of this group, one element a step. */
  public ParamGroup lr(List<Double> lr) {
    return withLr(StepValue.perStep(OP, "lr", lr));
  }

  /** The learning rates of this group. */
  public ParamGroup lr(LearningRateSchedule lr) {
    return withLr(new StepValue.Scheduled(lr));
  }

  /** The weight decay of this group. */
  public ParamGroup weightDecay(double weightDecay) {
    return withWeightDecay(StepValue.constant(OP, "weightDecay", weightDecay));
  }

  /** The weight decay of this group, which changes with the step. */
  public ParamGroup weightDecay(LearningRateSchedule weightDecay) {
    return withWeightDecay(new StepValue.Scheduled(weightDecay));
  }

  /**
   * Whether the mean over all axes but the first is taken from gradients of at least two axes whose
   * second extent is a multiple of 16; false by default.
   */
  public ParamGroup gradCentralization(boolean gradCentralization) {
    refuseForOrder("gradCentralization");
    return new ParamGroup(params, isOrder, lr, weightDecay, gradCentralization);
  }

  private ParamGroup withLr(StepValue value) {
    refuseForOrder("lr");
    return new ParamGroup(params, isOrder, value, weightDecay, gradCentralization);
  }

  private ParamGroup withWeightDecay(StepValue value) {
    refuseForOrder("weightDecay");
    return new ParamGroup(params, isOrder, lr, value, gradCentralization);
  }

  private void refuseForOrder(String what) {
    if (isOrder) {
      throw new ArgumentException(
          Messages.of(OP + ": an order has no " + what)
              .hint("set it on a group made with ParamGroup.of")
              .text());
    }
  }
}
