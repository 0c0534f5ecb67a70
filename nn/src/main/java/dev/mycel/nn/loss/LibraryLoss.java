package dev.mycel.nn.loss;

import dev.mycel.core.Messages;
import dev.mycel.core.Shape;
import dev.mycel.core.ShapeException;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Reduction;

/** A loss of this package: it keeps no tensors. */
abstract class LibraryLoss extends LossBase {
  LibraryLoss(Reduction reduction) {
    super(reduction);
  }

  @Override
  protected final boolean ownsTemporaries() {
    return true;
  }

  /** Refuses operands of different shapes, where broadcasting would hide a mistake. */
  final void requireSameShape(Tensor predictions, Tensor targets) {
    Shape p = predictions.shape();
    if (!p.equals(targets.shape())) {
      throw new ShapeException(
          Messages.of(clsName() + ": predictions and targets have different shapes")
              .line("predictions", p)
              .line("targets    ", targets.shape())
              .text());
    }
  }
}
