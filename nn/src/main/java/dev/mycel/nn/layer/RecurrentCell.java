package dev.mycel.nn.layer;

import dev.mycel.core.DType;
import dev.mycel.core.DTypeException;
import dev.mycel.core.Messages;
import dev.mycel.core.Shape;
import dev.mycel.core.ShapeException;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell2;
import dev.mycel.nn.LocalName;
import dev.mycel.nn.Parameter;
import dev.mycel.nn.init.Initializers;
import dev.mycel.nn.init.Uniform;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What {@link RNNCell}, {@link LSTMCell} and {@link GRUCell} share: one step of a recurrent layer,
 * from an input [N, in] and a state to the next state. Parameters are {@code weight_ih} [gates *
 * hidden, in], {@code weight_hh} [gates * hidden, hidden], {@code bias_ih} and {@code bias_hh}
 * [gates * hidden], all uniform within {@code 1 / sqrt(hidden)} of zero at first.
 *
 * @param <S> the state: a tensor [N, hidden], or a pair of them
 */
public abstract class RecurrentCell<S> extends Cell2<Tensor, S, S> {
  @LocalName("weight_ih")
  private final Parameter weightIh;

  @LocalName("weight_hh")
  private final Parameter weightHh;

  @LocalName("bias_ih")
  private final @Nullable Parameter biasIh;

  @LocalName("bias_hh")
  private final @Nullable Parameter biasHh;

  private final transient Recurrence<S> recurrence;
  private final long inputSize;
  private final long hiddenSize;

  /** A cell of that kind. */
  RecurrentCell(
      Recurrence<S> recurrence, long inputSize, long hiddenSize, boolean hasBias, DType dtype) {
    this.recurrence = recurrence;
    this.inputSize = Args.positive(clsName(), "inputSize", inputSize);
    this.hiddenSize = Args.positive(clsName(), "hiddenSize", hiddenSize);
    long rows = recurrence.gates() * hiddenSize;
    weightIh = parameter("weight_ih", dtype, rows, inputSize);
    weightHh = parameter("weight_hh", dtype, rows, hiddenSize);
    biasIh = hasBias ? parameter("bias_ih", dtype, rows) : null;
    biasHh = hasBias ? parameter("bias_hh", dtype, rows) : null;
  }

  private Parameter parameter(String name, DType dtype, long... shape) {
    Uniform init = new Uniform(1 / Math.sqrt(hiddenSize));
    return new Parameter(Initializers.initializer(init, Shape.of(shape), dtype), name);
  }

  @Override
  protected S construct(Tensor x, S hx) {
    String form = "[N, " + inputSize + "]";
    Args.rank(clsName(), x.shape(), form, 2);
    if (x.dim(1) != inputSize) {
      throw new ShapeException(
          Messages.of(clsName() + ": the input does not fit")
              .line("input ", x.shape())
              .line("wanted", form)
              .text());
    }
    List<Tensor> states = checked(clsName(), recurrence.list(hx), Shape.of(x.dim(0), hiddenSize));
    Recurrence.Run run =
        new Recurrence.Run(
            x.expandDims(0),
            states,
            weightIh.value(),
            weightHh.value(),
            biasIh == null ? null : biasIh.value(),
            biasHh == null ? null : biasHh.value());
    return recurrence.state(recurrence.call(run).stream().map(t -> t.squeeze(0)).toList());
  }

  /** The tensors of a state, if all are floats of that shape. */
  static List<Tensor> checked(String layer, List<Tensor> states, Shape shape) {
    for (int i = 0; i < states.size(); i++) {
      String which = states.size() == 1 ? "state" : i == 0 ? "hidden state" : "cell state";
      if (!states.get(i).shape().equals(shape)) {
        throw new ShapeException(
            Messages.of(layer + ": the " + which + " has another shape")
                .line("found   ", states.get(i).shape())
                .line("expected", shape)
                .text());
      }
      if (!states.get(i).dtype().isFloat()) {
        throw new DTypeException(
            layer + ": the " + which + " must be of floats, got " + states.get(i).dtype());
      }
    }
    return states;
  }

  @Override
  protected boolean ownsTemporaries() {
    return true;
  }
}
