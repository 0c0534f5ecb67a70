package dev.mycel.optim.amp;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.DType;
import dev.mycel.core.Messages;
import dev.mycel.core.Pair;
import dev.mycel.core.Precision;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;
import dev.mycel.nn.Cell2;
import dev.mycel.nn.CellPrecision;
import dev.mycel.nn.WithLossCell;
import dev.mycel.nn.amp.Amp;
import dev.mycel.nn.amp.AmpLevel;
import dev.mycel.optim.Optimizer;
import dev.mycel.optim.TrainOneStepCell;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes training steps of networks, losses and optimisers. */
public final class TrainNetworks {
  private TrainNetworks() {}

  /**
   * A training step with the presets of a level.
   *
   * @param network to be prepared for the level
   * @param optimizer has the parameters to train
   * @param loss computed in float32, from predictions and labels
   * @param level how much of the network computes in float16
   */
  public static <I, P, T> TrainingStep<Pair<I, T>> buildTrainNetwork(
      Cell<I, P> network, Optimizer optimizer, Cell2<P, T, Tensor> loss, AmpLevel level) {
    return buildTrainNetwork(network, optimizer, loss, AmpOptions.of(level));
  }

  /**
   * A training step. The network is prepared in place; network, optimiser and loss keep their names
   * and stay usable by themselves.
   *
   * @param network to be prepared for the level; refused, if there is one, where {@code toFloat}
   *     was used on it
   * @param optimizer has the parameters to train
   * @param loss computed in float32, from predictions and labels
   * @param options the level, and what departs from its presets
   */
  public static <I, P, T> TrainingStep<Pair<I, T>> buildTrainNetwork(
      Cell<I, P> network, Optimizer optimizer, Cell2<P, T, Tensor> loss, AmpOptions options) {
    requireFitting(optimizer, options);
    prepare(network, options);
    WithLossCell<I, P, T, Tensor> both = new WithLossCell<>(network, loss);
    if (options.effectiveLevel() == AmpLevel.AUTO) {
      // The network's result may be low: the loss goes by the class of its operations, too.
      both.setPrecision(
          new CellPrecision(
              Precision.auto(options.type()), DType.FLOAT32, "buildTrainNetwork(auto)"));
    }
    return step(both, optimizer, options);
  }

  /**
   * A training step of a network that gives the loss itself.
   *
   * @param network gives the loss; to be prepared for the level
   * @param optimizer has the parameters to train
   * @param options the level, and what departs from its presets
   */
  public static <I> TrainingStep<I> buildTrainNetwork(
      Cell<I, Tensor> network, Optimizer optimizer, AmpOptions options) {
    requireFitting(optimizer, options);
    prepare(network, options);
    return step(network, optimizer, options);
  }

  private static void prepare(Cell<?, ?> network, AmpOptions options) {
    DType low = options.type() == DType.FLOAT32 ? DType.FLOAT16 : options.type();
    Amp.autoMixedPrecision(network, options.effectiveLevel(), low);
  }

  /** Refuses, before the network changes, an optimiser that divides by another scale. */
  private static void requireFitting(Optimizer optimizer, AmpOptions options) {
    LossScaleManager manager = options.chosenManager();
    double wanted = 1;
    if (manager != null && manager.getUpdateCell().isEmpty()) {
      wanted = manager.getLossScale();
    }
    if (optimizer.lossScale() != wanted) {
      throw new ArgumentException(
          Messages.of("buildTrainNetwork: the optimiser divides by another loss scale")
              .line("optimizer.lossScale()", optimizer.lossScale())
              .line("wanted               ", wanted)
              .hint(
                  wanted == 1
                      ? "make it without lossScale, or give"
                          + " new FixedLossScaleManager("
                          + optimizer.lossScale()
                          + ", false)"
                      : "make it with .lossScale(" + wanted + ")")
              .text());
    }
  }

  private static <I> TrainingStep<I> step(
      Cell<I, Tensor> network, Optimizer optimizer, AmpOptions options) {
    LossScaleManager manager = options.manager().orElse(null);
    LossScaleUpdateCell update = manager == null ? null : manager.getUpdateCell().orElse(null);
    if (update == null) {
      double sens = manager == null ? 1 : manager.getLossScale();
      return new Plain<>(new TrainOneStepCell<>(network, optimizer, sens), sens);
    }
    return new Scaled<>(new TrainOneStepWithLossScaleCell<>(network, optimizer, update), manager);
  }

  /** A step whose scale, if there is one, is a constant. */
  private record Plain<I>(TrainOneStepCell<I> cell, double sens) implements TrainingStep<I> {
    Plain {
      cell.setTrain(true);
    }

    @Override
    public Outcome step(I input) {
      return new Outcome(cell.call(input), false, sens);
    }
  }

  /** A step that leaves out updates, and tells the manager. */
  private record Scaled<I>(
      TrainOneStepWithLossScaleCell<I> cell, @Nullable LossScaleManager manager)
      implements TrainingStep<I> {
    Scaled {
      cell.setTrain(true);
    }

    @Override
    public Outcome step(I input) {
      ScaledLoss result = cell.call(input);
      boolean overflow = result.overflow().itemBoolean();
      if (manager != null) {
        manager.updateLossScale(overflow);
      }
      return new Outcome(result.loss(), overflow, result.scale().item());
    }

    @Override
    public Optional<LossScaleManager> lossScaleManager() {
      return Optional.ofNullable(manager);
    }
  }
}
