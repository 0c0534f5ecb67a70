package dev.mycel.nn;

import dev.mycel.core.DType;
import dev.mycel.core.Tensor;
import dev.mycel.core.Tree;
import dev.mycel.core.Triple;

/**
 * A network followed by its loss for evaluation: loss, outputs and labels. Adds nothing to
 * parameter names.
 *
 * @param <I> the network's input
 * @param <P> what the network predicts
 * @param <T> the labels
 * @param <L> the loss
 */
public final class WithEvalCell<I, P, T, L> extends Cell2<I, T, Triple<L, P, T>> {
  @LocalName("_network")
  private final Cell<I, P> network;

  @LocalName("_loss_fn")
  private final Cell2<P, T, L> lossFn;

  private final transient boolean addCastFp32;

  /** Joins a network and a loss. */
  public WithEvalCell(Cell<I, P> network, Cell2<P, T, L> lossFn) {
    this(network, lossFn, false);
  }

  /**
   * Joins a network and a loss.
   *
   * @param addCastFp32 whether outputs and labels of floating-point types are cast to float32
   *     before the loss
   */
  public WithEvalCell(Cell<I, P> network, Cell2<P, T, L> lossFn, boolean addCastFp32) {
    super(false);
    this.network = network;
    this.lossFn = lossFn;
    this.addCastFp32 = addCastFp32;
  }

  @Override
  protected Triple<L, P, T> construct(I data, T label) {
    P outputs = network.call(data);
    T labels = label;
    if (addCastFp32) {
      outputs = Tree.map(outputs, WithEvalCell::inFloat32);
      labels = Tree.map(label, WithEvalCell::inFloat32);
    }
    return new Triple<>(lossFn.call(outputs, labels), outputs, labels);
  }

  private static Tensor inFloat32(Tensor t) {
    return t.dtype().isFloat() ? t.cast(DType.FLOAT32) : t;
  }

  @Override
  protected boolean ownsTemporaries() {
    return true;
  }
}
