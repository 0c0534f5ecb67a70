package dev.mycel.optim;

import static dev.mycel.autograd.Autograd.valueAndGrad;

import dev.mycel.autograd.ValueAndGrad;
import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import dev.mycel.core.Pair;
import dev.mycel.core.Scope;
import dev.mycel.core.Tensor;
import dev.mycel.core.Triple;
import dev.mycel.nn.Cell;
import dev.mycel.nn.Cell2;
import dev.mycel.nn.Cell3;
import dev.mycel.nn.LocalName;
import dev.mycel.nn.Parameter;
import dev.mycel.nn.ParameterTuple;
import dev.mycel.nn.layer.Identity;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One step of training: the loss, its gradients by the optimiser's parameters, the optimiser's
 * step. The result is the loss before the step.
 *
 * <pre>{@code
 * var step = new TrainOneStepCell<>(new WithLossCell<>(net, loss), optimizer);
 * net.setTrain(true);
 * for (var batch : batches) {
 *   Tensor loss = step.call(batch.images(), batch.labels());
 * }
 * }</pre>
 *
 * <p>The wrapper adds nothing to parameter names; saving it saves network and optimiser.
 *
 * @param <I> the network's input
 */
public final class TrainOneStepCell<I> extends Cell<I, Tensor> {
  // First, so that the weights are listed under their own names and not as the network's.
  @SuppressWarnings("UnusedVariable") // the registry finds it
  private final ParameterTuple weights;

  private final Cell<I, Tensor> network;
  private final Optimizer optimizer;

  // MindSpore's place for what sums gradients over machines, which prints of the step show.
  @SuppressWarnings("UnusedVariable") // the registry finds it
  @LocalName("grad_reducer")
  private final Identity gradReducer = new Identity();

  private final transient double sens;

  /**
   * A step.
   *
   * @param network gives the loss
   * @param optimizer has the parameters to train
   */
  public TrainOneStepCell(Cell<I, Tensor> network, Optimizer optimizer) {
    this(network, optimizer, 1);
  }

  /**
   * A step with a constant loss scale.
   *
   * @param network gives the loss
   * @param optimizer has the parameters to train, and divides by the loss scale
   * @param sens by what the gradients are multiplied from the start, so that small ones do not
   *     vanish in half precision; positive
   */
  public TrainOneStepCell(Cell<I, Tensor> network, Optimizer optimizer, double sens) {
    super(false);
    this.weights = new ParameterTuple(optimizer.parameters());
    this.network = network;
    this.optimizer = optimizer;
    this.sens = Checks.positive("TrainOneStepCell", "sens", sens);
  }

  /** A step for a network with two tensors as input, such as a {@code WithLossCell}. */
  public Tensor call(Tensor first, Tensor second) {
    requireInputs(network instanceof Cell2, 2);
    return callUnchecked(new Pair<>(first, second));
  }

  /** A step for a network with three tensors as input. */
  public Tensor call(Tensor first, Tensor second, Tensor third) {
    requireInputs(network instanceof Cell3, 3);
    return callUnchecked(new Triple<>(first, second, third));
  }

  private void requireInputs(boolean takesThem, int count) {
    if (!takesThem) {
      throw new ArgumentException(
          Messages.of("TrainOneStepCell: the network does not take " + count + " inputs")
              .line("network", network.clsName())
              .hint("call it with the one input that the network takes")
              .text());
    }
  }

  @SuppressWarnings("unchecked") // the network is known to take a pair or triple
  private Tensor callUnchecked(Object input) {
    return call((I) input);
  }

  /** A step that also tells the gradients that the optimiser was given. */
  public LossAndGrads callReturningGrads(I input) {
    checkInputPresent(input);
    try (Scope scope = Scope.open()) {
      Stepped done = step(input);
      return scope.give(
          new LossAndGrads(done.loss(), byName(optimizer.parameters(), done.grads())));
    }
  }

  private record Stepped(Tensor loss, List<Tensor> grads) {}

  @Override
  protected Tensor construct(I input) {
    return step(input).loss();
  }

  private Stepped step(I input) {
    List<Parameter> trained = optimizer.parameters();
    Stepped done;
    if (sens == 1) {
      ValueAndGrad.Result<Tensor, List<Tensor>> r = valueAndGrad(network, trained).apply(input);
      done = new Stepped(r.value(), r.grads());
    } else {
      var r = valueAndGrad(this::scaledLoss, trained).hasAux().apply(input);
      done = new Stepped(r.value().second(), r.grads());
    }
    optimizer.call(done.grads());
    return done;
  }

  /** The scaled loss, which is derived, and the loss itself. */
  private Pair<Tensor, Tensor> scaledLoss(I input) {
    Tensor loss = network.call(input);
    return new Pair<>(loss.mul(sens), loss);
  }

  private static Map<String, Tensor> byName(List<Parameter> weights, List<Tensor> grads) {
    Map<String, Tensor> named = new LinkedHashMap<>();
    for (int i = 0; i < grads.size(); i++) {
      named.put(weights.get(i).name(), grads.get(i));
    }
    return Collections.unmodifiableMap(named);
  }

  private void checkInputPresent(I input) {
    if (input == null) {
      throw new ArgumentException("TrainOneStepCell: the input is null");
    }
  }

  @Override
  protected boolean ownsTemporaries() {
    return true;
  }
}
