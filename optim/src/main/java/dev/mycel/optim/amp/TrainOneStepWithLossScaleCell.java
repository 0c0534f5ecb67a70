package dev.mycel.optim.amp;

import static dev.mycel.autograd.Autograd.valueAndGrad;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.DType;
import dev.mycel.core.Messages;
import dev.mycel.core.Ops;
import dev.mycel.core.Pair;
import dev.mycel.core.Precision;
import dev.mycel.core.Shape;
import dev.mycel.core.ShapeException;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;
import dev.mycel.nn.Cell2;
import dev.mycel.nn.LocalName;
import dev.mycel.nn.Parameter;
import dev.mycel.nn.ParameterTuple;
import dev.mycel.nn.amp.Amp;
import dev.mycel.nn.layer.Identity;
import dev.mycel.optim.Optimizer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One step of training with a loss scale: the loss is multiplied by the scale before it is derived
 * and the gradients are divided by it. Where one of them is infinite or NaN, nothing changes but
 * the scale: weights, the optimiser with its step count, and moving statistics stay as they were,
 * bit for bit.
 *
 * <pre>{@code
 * var scale = new DynamicLossScaleUpdateCell(65536, 2, 1000);
 * var step = new TrainOneStepWithLossScaleCell<>(new WithLossCell<>(net, loss), optimizer, scale);
 * step.setTrain(true);
 * ScaledLoss result = step.call(images, labels);
 * }</pre>
 *
 * <p>The wrapper adds nothing to parameter names; saving it saves network, optimiser and scale.
 *
 * @param <I> the network's input
 */
public final class TrainOneStepWithLossScaleCell<I> extends Cell<I, ScaledLoss> {
  private static final String OP = "TrainOneStepWithLossScaleCell";

  // First, so that the weights are listed under their own names and not as the network's.
  @SuppressWarnings("UnusedVariable") // the registry finds it
  private final ParameterTuple weights;

  @LocalName("scale_sense")
  private final Parameter scaleSense;

  private final Cell<I, Tensor> network;
  private final Optimizer optimizer;

  // MindSpore's place for what sums gradients over machines, which prints of the step show.
  @SuppressWarnings("UnusedVariable") // the registry finds it
  @LocalName("grad_reducer")
  private final Identity gradReducer = new Identity();

  @LocalName("loss_scaling_manager")
  private final @Nullable LossScaleUpdateCell update;

  private final transient Statistics statistics;

  /**
   * A step whose scale a cell keeps.
   *
   * @param network gives the loss
   * @param optimizer has the parameters to train, and no loss scale of its own
   * @param scaleSense gives the first scale and changes it after each step
   */
  public TrainOneStepWithLossScaleCell(
      Cell<I, Tensor> network, Optimizer optimizer, LossScaleUpdateCell scaleSense) {
    this(network, optimizer, Ops.scalar(scaleSense.getLossScale(), DType.FLOAT32), scaleSense);
  }

  /**
   * A step with a scale that stays until {@link #setSenseScale} changes it.
   *
   * @param network gives the loss
   * @param optimizer has the parameters to train, and no loss scale of its own
   * @param scaleSense of shape () or (1,)
   */
  public TrainOneStepWithLossScaleCell(
      Cell<I, Tensor> network, Optimizer optimizer, Tensor scaleSense) {
    this(network, optimizer, checked("scaleSense", scaleSense), null);
  }

  private TrainOneStepWithLossScaleCell(
      Cell<I, Tensor> network,
      Optimizer optimizer,
      Tensor scale,
      @Nullable LossScaleUpdateCell update) {
    super(false);
    if (optimizer.lossScale() != 1) {
      throw new ArgumentException(
          Messages.of(OP + ": the optimiser would divide the gradients once more")
              .line("optimizer.lossScale()", optimizer.lossScale())
              .hint("make the optimiser without lossScale, or use TrainOneStepCell")
              .text());
    }
    this.weights = new ParameterTuple(optimizer.parameters());
    this.network = network;
    this.optimizer = optimizer;
    this.update = update;
    this.scaleSense = new Parameter(scale, "scale_sense", false);
    this.statistics = new Statistics(network, optimizer);
  }

  private static Tensor checked(String name, Tensor scale) {
    Shape shape = scale.shape();
    if (shape.size() != 1 || shape.rank() > 1) {
      throw new ShapeException(
          Messages.of(OP + ": " + name + " must have the shape () or (1,)")
              .line("got", scale.type())
              .hint("give a scalar: Tensor.of(1024f)")
              .text());
    }
    Require.scale(OP, name, scale.item());
    return scale.cast(DType.FLOAT32);
  }

  /**
   * Changes the scale.
   *
   * @param sens of shape () or (1,)
   */
  public void setSenseScale(Tensor sens) {
    scaleSense.assign(checked("sens", sens).reshape(scaleSense.shape().dims()));
  }

  /** The scale: float32. */
  public Parameter scaleSense() {
    return scaleSense;
  }

  /** A step for a network with two tensors as input, such as a {@code WithLossCell}. */
  @SuppressWarnings("unchecked") // the network is known to take a pair
  public ScaledLoss call(Tensor first, Tensor second) {
    if (!(network instanceof Cell2)) {
      throw new ArgumentException(
          Messages.of(OP + ": the network does not take 2 inputs")
              .line("network", network.clsName())
              .hint("call it with the one input that the network takes")
              .text());
    }
    return call((I) new Pair<>(first, second));
  }

  @Override
  protected ScaledLoss construct(I input) {
    Runnable putBack = statistics.save();
    Tensor scale = scaleSense.value();
    var derived =
        valueAndGrad((I in) -> scaledLoss(in, scale), optimizer.parameters()).hasAux().apply(input);
    // What follows is exact: neither scale nor gradients may be rounded.
    Precision before = Precision.swap(Precision.NONE);
    try {
      List<Tensor> grads = unscaled(derived.grads(), scale);
      Tensor overflow = Amp.allFinite(grads).logicalNot();
      Tensor skips = update == null ? overflow : update.call(scaleSense, overflow);
      if (skips.itemBoolean()) {
        putBack.run();
      } else {
        optimizer.call(grads);
      }
      return new ScaledLoss(derived.value().second(), skips, scale);
    } finally {
      Precision.swap(before);
    }
  }

  /** The scaled loss, which is derived, and the loss itself. */
  private Pair<Tensor, Tensor> scaledLoss(I input, Tensor scale) {
    Tensor loss = network.call(input);
    Precision before = Precision.swap(Precision.NONE);
    try {
      return new Pair<>(loss.mul(scale.reshape().cast(loss.dtype())), loss);
    } finally {
      Precision.swap(before);
    }
  }

  private static List<Tensor> unscaled(List<Tensor> grads, Tensor scale) {
    Tensor factor = scale.reshape().reciprocal();
    List<Tensor> unscaled = new ArrayList<>(grads.size());
    for (Tensor grad : grads) {
      unscaled.add(grad.mul(factor.cast(grad.dtype())));
    }
    return unscaled;
  }

  @Override
  protected boolean ownsTemporaries() {
    return true;
  }
}
