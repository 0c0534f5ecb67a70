package dev.mycel.nn.layer;

import dev.mycel.core.DType;
import dev.mycel.core.Messages;
import dev.mycel.core.Ops;
import dev.mycel.core.Pair;
import dev.mycel.core.Shape;
import dev.mycel.core.ShapeException;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;
import dev.mycel.nn.LocalName;
import dev.mycel.nn.Parameter;
import dev.mycel.nn.ParameterTuple;
import dev.mycel.nn.init.Initializers;
import dev.mycel.nn.init.Uniform;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What {@link RNN}, {@link LSTM} and {@link GRU} share: layers over layers, in one direction or
 * two. The output is [T, N, directions * hidden], or [N, T, directions * hidden] if the layer is
 * batch-first; beside it stands the last state of each layer and direction.
 *
 * <p>Parameters of layer k are {@code weight_ih_lk} [gates * hidden, in], {@code weight_hh_lk}
 * [gates * hidden, hidden], {@code bias_ih_lk} and {@code bias_hh_lk} [gates * hidden], those of
 * the backward direction with {@code _reverse} at the end; all are uniform within {@code 1 /
 * sqrt(hidden)} of zero at first. From the second layer on, {@code in} is directions * hidden.
 *
 * @param <S> the state: a tensor [layers * directions, N, hidden], or a pair of them
 */
public abstract class RecurrentLayer<S> extends Cell<SequenceInput<S>, Pair<Tensor, S>> {
  private final ParameterTuple weightIh;
  private final ParameterTuple weightHh;
  private final ParameterTuple biasIh;
  private final ParameterTuple biasHh;
  private final Recurrence<S> rnn;

  @LocalName("dropout_op")
  private final Dropout dropout;

  private final long inputSize;
  private final long hiddenSize;
  private final int layers;
  private final int directions;
  private final boolean batchFirst;

  /** A layer of that kind. */
  RecurrentLayer(Recurrence<S> rnn, RecurrentBuilder<?> b) {
    String layer = clsName();
    this.rnn = rnn;
    inputSize = Args.positive(layer, "inputSize", b.inputSize);
    hiddenSize = Args.positive(layer, "hiddenSize", b.hiddenSize);
    layers = (int) Args.positive(layer, "numLayers", b.numLayers);
    directions = b.bidirectional ? 2 : 1;
    batchFirst = b.batchFirst;
    dropout = Dropout.p(Args.probability(layer, "dropout", b.dropout, false));
    List<List<Parameter>> all =
        List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    long rows = rnn.gates() * hiddenSize;
    for (int k = 0; k < layers * directions; k++) {
      String end = "_l" + k / directions + (k % directions == 1 ? "_reverse" : "");
      long in = k < directions ? inputSize : directions * hiddenSize;
      all.get(0).add(parameter("weight_ih" + end, b.dtype, rows, in));
      all.get(1).add(parameter("weight_hh" + end, b.dtype, rows, hiddenSize));
      if (b.hasBias) {
        all.get(2).add(parameter("bias_ih" + end, b.dtype, rows));
        all.get(3).add(parameter("bias_hh" + end, b.dtype, rows));
      }
    }
    weightIh = new ParameterTuple(all.get(0));
    weightHh = new ParameterTuple(all.get(1));
    biasIh = new ParameterTuple(all.get(2));
    biasHh = new ParameterTuple(all.get(3));
  }

  private Parameter parameter(String name, DType dtype, long... shape) {
    Uniform init = new Uniform(1 / Math.sqrt(hiddenSize));
    return new Parameter(Initializers.initializer(init, Shape.of(shape), dtype), name);
  }

  /** Runs the layer from a state of zeros. */
  public final Pair<Tensor, S> call(Tensor x) {
    return call(new SequenceInput<>(x, null, null));
  }

  /** Runs the layer from a state. */
  public final Pair<Tensor, S> call(Tensor x, @Nullable S hx) {
    return call(new SequenceInput<>(x, hx, null));
  }

  /**
   * Runs the layer over sequences of different lengths: outputs beyond a length are zero, the last
   * states are those at the end of each sequence, and the backward direction begins there.
   */
  public final Pair<Tensor, S> call(Tensor x, @Nullable S hx, @Nullable Tensor seqLength) {
    return call(new SequenceInput<>(x, hx, seqLength));
  }

  @Override
  protected Pair<Tensor, S> construct(SequenceInput<S> in) {
    Tensor x = checked(in.x());
    Tensor y = batchFirst ? x.transpose(1, 0, 2) : x;
    long steps = y.dim(0);
    long batch = y.dim(1);
    List<Tensor> first = initial(in.hx(), x, batch);
    Tensor given = in.seqLength();
    SequenceLengths lengths =
        given == null ? null : new SequenceLengths(clsName(), given, steps, batch);
    List<List<Tensor>> last = new ArrayList<>();
    first.forEach(state -> last.add(new ArrayList<>()));
    for (int layer = 0; layer < layers; layer++) {
      if (layer > 0) {
        y = dropout.call(y);
      }
      List<Tensor> sides = new ArrayList<>();
      for (int k = layer * directions; k < (layer + 1) * directions; k++) {
        sides.add(side(k, y, first, lengths, last));
      }
      y = directions == 1 ? sides.get(0) : Ops.concat(sides, 2);
    }
    Tensor output = batchFirst ? y.transpose(1, 0, 2) : y;
    return new Pair<>(output, rnn.state(last.stream().map(l -> Ops.stack(l, 0)).toList()));
  }

  /** The output of one layer in one direction; its last states are added to the lists. */
  private Tensor side(
      int k,
      Tensor x,
      List<Tensor> first,
      @Nullable SequenceLengths lengths,
      List<List<Tensor>> last) {
    boolean reverse = k % directions == 1;
    List<Tensor> states = first.stream().map(s -> step(s, k)).toList();
    Recurrence.Run run =
        new Recurrence.Run(
            reverse ? reversed(x, lengths) : x,
            states,
            weightIh.get(k).value(),
            weightHh.get(k).value(),
            biasIh.isEmpty() ? null : biasIh.get(k).value(),
            biasHh.isEmpty() ? null : biasHh.get(k).value());
    List<Tensor> all = rnn.call(run);
    for (int i = 0; i < all.size(); i++) {
      Tensor trace = all.get(i);
      last.get(i).add(lengths == null ? step(trace, trace.dim(0) - 1) : lengths.last(trace));
    }
    Tensor y = lengths == null ? all.get(0) : lengths.cut(all.get(0));
    return reverse ? reversed(y, lengths) : y;
  }

  private static Tensor reversed(Tensor x, @Nullable SequenceLengths lengths) {
    return lengths == null ? x.flip(0) : lengths.reverse(x);
  }

  private static Tensor step(Tensor all, long t) {
    return all.narrow(0, t, 1).squeeze(0);
  }

  private Tensor checked(Tensor x) {
    String form = batchFirst ? "[N, T, " + inputSize + "]" : "[T, N, " + inputSize + "]";
    Args.rank(clsName(), x.shape(), form, 3);
    if (x.dim(2) != inputSize || x.dim(batchFirst ? 1 : 0) < 1) {
      throw new ShapeException(
          Messages.of(clsName() + ": the input does not fit")
              .line("input ", x.shape())
              .line("wanted", form + ", T at least 1")
              .text());
    }
    return x;
  }

  /** The tensors of the initial state, each [layers * directions, N, hidden]. */
  private List<Tensor> initial(@Nullable S hx, Tensor x, long batch) {
    Shape shape = Shape.of((long) layers * directions, batch, hiddenSize);
    if (hx != null) {
      return RecurrentCell.checked(clsName(), rnn.list(hx), shape);
    }
    Tensor zeros = Ops.zeros(shape, x.dtype().isFloat() ? x.dtype() : DType.FLOAT32);
    return rnn.gates() == 4 ? List.of(zeros, zeros) : List.of(zeros);
  }

  @Override
  protected boolean ownsTemporaries() {
    return true;
  }
}
