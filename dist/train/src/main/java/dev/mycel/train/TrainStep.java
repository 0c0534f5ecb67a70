package dev.mycel.train;

import dev.mycel.core.Pair;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;
import dev.mycel.nn.Cell2;
import dev.mycel.nn.WithLossCell;
import dev.mycel.optim.Optimizer;
import dev.mycel.optim.amp.AmpOptions;
import dev.mycel.optim.amp.LossScaleManager;
import dev.mycel.optim.amp.TrainNetworks;
import dev.mycel.optim.amp.TrainOneStepWithLossScaleCell;
import dev.mycel.optim.amp.TrainingStep;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What a step of training runs: the network with its loss and its optimiser, as far as there are
 * any.
 *
 * @param cell is saved, printed and switched between modes
 * @param run from the cell's input to what callbacks see as outputs
 * @param manager follows the loss scale, if anything does
 */
record TrainStep(Cell<?, ?> cell, UnaryOperator<Object> run, @Nullable LossScaleManager manager) {
  static <I, P, T> TrainStep of(
      Cell<I, P> network,
      @Nullable Cell2<P, T, Tensor> lossFn,
      @Nullable Optimizer optimizer,
      AmpOptions amp) {
    if (optimizer == null) {
      Cell<?, ?> cell = lossFn == null ? network : new WithLossCell<>(network, lossFn);
      return new TrainStep(cell, input -> Evaluator.call(cell, input), null);
    }
    if (lossFn == null) {
      return of(TrainNetworks.buildTrainNetwork(lossOf(network), optimizer, amp));
    }
    TrainingStep<Pair<I, T>> step =
        TrainNetworks.buildTrainNetwork(network, optimizer, lossFn, amp);
    return of(step);
  }

  @SuppressWarnings("unchecked") // batches come untyped; a wrong one fails in the cell
  private static <I> TrainStep of(TrainingStep<I> step) {
    boolean scaled = step.cell() instanceof TrainOneStepWithLossScaleCell;
    return new TrainStep(
        step.cell(),
        input -> {
          TrainingStep.Outcome outcome = step.step((I) input);
          return scaled ? outcome : outcome.loss();
        },
        step.lossScaleManager().orElse(null));
  }

  @SuppressWarnings("unchecked") // a network without a loss that has an optimiser gives the loss
  private static <I> Cell<I, Tensor> lossOf(Cell<I, ?> network) {
    return (Cell<I, Tensor>) network;
  }
}
