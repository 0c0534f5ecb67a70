package dev.mycel.train;

import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;
import dev.mycel.nn.Cell2;
import dev.mycel.nn.WithLossCell;
import dev.mycel.optim.Optimizer;
import dev.mycel.optim.TrainOneStepCell;
import org.jspecify.annotations.Nullable;

/** What a step of training runs. */
final class TrainNetworks {
  private TrainNetworks() {}

  /** The network with its loss and its optimiser, as far as there are any. */
  static <I, P, T> Cell<?, ?> of(
      Cell<I, P> network, @Nullable Cell2<P, T, Tensor> lossFn, @Nullable Optimizer optimizer) {
    if (lossFn == null) {
      return optimizer == null ? network : new TrainOneStepCell<>(lossOf(network), optimizer);
    }
    Cell2<I, T, Tensor> withLoss = new WithLossCell<>(network, lossFn);
    return optimizer == null ? withLoss : new TrainOneStepCell<>(withLoss, optimizer);
  }

  @SuppressWarnings("unchecked") // a network without a loss that has an optimiser gives the loss
  private static <I> Cell<I, Tensor> lossOf(Cell<I, ?> network) {
    return (Cell<I, Tensor>) network;
  }
}
