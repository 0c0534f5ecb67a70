package dev.mycel.nn.layer;

import dev.mycel.core.Attrs;
import dev.mycel.core.DType;
import dev.mycel.core.Interpreters;
import dev.mycel.core.None;
import dev.mycel.core.Ops;
import dev.mycel.core.Pair;
import dev.mycel.core.Primitive;
import dev.mycel.core.Prims;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One layer in one direction, without parameters of its own: what distinguishes the plain recurrent
 * layer, LSTM and GRU. Gives the states of all steps, each [T, N, hidden], the hidden ones first.
 *
 * @param <S> the state between steps: a tensor, or a pair of them
 */
abstract class Recurrence<S> extends Cell<Recurrence.Run, List<Tensor>> {
  /**
   * A run over a sequence.
   *
   * @param x [T, N, in]
   * @param states before the first step, each [N, hidden]
   * @param weightIh [gates * hidden, in]
   * @param weightHh [gates * hidden, hidden]
   * @param biasIh [gates * hidden]
   * @param biasHh [gates * hidden]
   */
  record Run(
      Tensor x,
      List<Tensor> states,
      Tensor weightIh,
      Tensor weightHh,
      @Nullable Tensor biasIh,
      @Nullable Tensor biasHh) {
    /** The input's share of the gates. */
    Tensor projected(@Nullable Tensor bias) {
      return bias == null ? Ops.linear(x, weightIh) : Ops.linear(x, weightIh, bias);
    }

    /** Both biases, where they do nothing but add up. */
    @Nullable Tensor biases() {
      return biasIh == null || biasHh == null ? biasIh : biasIh.add(biasHh);
    }

    private DType joined() {
      DType all = x.dtype().join(weightIh.dtype());
      for (Tensor state : states) {
        all = all.join(state.dtype());
      }
      return all;
    }

    private Run cast(DType type) {
      return new Run(
          x.cast(type),
          states.stream().map(s -> s.cast(type)).toList(),
          weightIh.cast(type),
          weightHh.cast(type),
          biasIh == null ? null : biasIh.cast(type),
          biasHh == null ? null : biasHh.cast(type));
    }
  }

  private final String name;
  private final Primitive<?> primitive;
  private final int gates;

  private Recurrence(String name, Primitive<?> primitive, int gates) {
    this.name = name;
    this.primitive = primitive;
    this.gates = gates;
  }

  /** MindSpore's name of the cell, which is what is printed. */
  @Override
  public String clsName() {
    return name;
  }

  /** How many rows of the weights belong to one hidden unit. */
  final int gates() {
    return gates;
  }

  /** The tensors of a state, the hidden one first. */
  abstract List<Tensor> list(S state);

  /** The state of those tensors. */
  abstract S state(List<Tensor> tensors);

  /** The states of all steps of a run whose tensors have one type. */
  abstract List<Tensor> run(Run in);

  @Override
  protected List<Tensor> construct(Run in) {
    Run cast = in.cast(Casts.compute(primitive, in.joined()));
    return Casts.settled(() -> run(cast));
  }

  @Override
  protected boolean ownsTemporaries() {
    return true;
  }

  /** Recurrences whose state is the hidden one alone. */
  private abstract static class Single extends Recurrence<Tensor> {
    Single(String name, Primitive<?> primitive, int gates) {
      super(name, primitive, gates);
    }

    @Override
    List<Tensor> list(Tensor state) {
      return List.of(state);
    }

    @Override
    Tensor state(List<Tensor> tensors) {
      return tensors.get(0);
    }
  }

  /** {@code h' = tanh(W_ih x + b_ih + W_hh h + b_hh)}, or relu. */
  static final class Plain extends Single {
    private final Attrs.Rnn attrs;

    Plain(boolean relu) {
      super(relu ? "_DynamicRNNRelu" : "_DynamicRNNTanh", Prims.RNN, 1);
      attrs = new Attrs.Rnn(relu);
    }

    @Override
    List<Tensor> run(Run in) {
      Tensor p = in.projected(in.biases());
      return List.of(Interpreters.bind(Prims.RNN, attrs, p, in.states().get(0), in.weightHh()));
    }
  }

  /** Three gates; the reset gate acts on the state's share of the third. */
  static final class Gru extends Single {
    Gru() {
      super("_DynamicGRUCPUGPU", Prims.GRU, 3);
    }

    @Override
    List<Tensor> run(Run in) {
      Tensor p = in.projected(in.biasIh());
      Tensor h = in.states().get(0);
      Tensor bias = in.biasHh();
      Tensor[] all =
          bias == null
              ? Interpreters.bindAll(Prims.GRU, None.NONE, p, h, in.weightHh())
              : Interpreters.bindAll(Prims.GRU, None.NONE, p, h, in.weightHh(), bias);
      return List.of(all[0]);
    }
  }

  /** Four gates and a second state, the cell's. */
  static final class Lstm extends Recurrence<Pair<Tensor, Tensor>> {
    Lstm() {
      super("_DynamicLSTMCPUGPU", Prims.LSTM, 4);
    }

    @Override
    List<Tensor> list(Pair<Tensor, Tensor> state) {
      return List.of(state.first(), state.second());
    }

    @Override
    Pair<Tensor, Tensor> state(List<Tensor> tensors) {
      return new Pair<>(tensors.get(0), tensors.get(1));
    }

    @Override
    List<Tensor> run(Run in) {
      Tensor p = in.projected(in.biases());
      Tensor h = in.states().get(0);
      Tensor c = in.states().get(1);
      Tensor[] all = Interpreters.bindAll(Prims.LSTM, None.NONE, p, h, c, in.weightHh());
      return List.of(all[0], all[1]);
    }
  }
}
