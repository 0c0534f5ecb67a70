package dev.mycel.nn;

import dev.mycel.core.DType;
import dev.mycel.core.Function2;
import dev.mycel.core.Messages;
import dev.mycel.core.Pair;
import dev.mycel.core.TensorException;

/**
 * A cell with two inputs; underneath a cell over a pair.
 *
 * @param <A> the first input
 * @param <B> the second input
 * @param <O> the output
 */
public abstract class Cell2<A, B, O> extends Cell<Pair<A, B>, O> implements Function2<A, B, O> {
  /** A cell whose children's parameters carry the child's name as prefix. */
  protected Cell2() {}

  /** A cell; see {@link Cell#Cell(boolean)}. */
  protected Cell2(boolean autoPrefix) {
    super(autoPrefix);
  }

  /** Computes the output: yours to write. */
  protected abstract O construct(A first, B second);

  /**
   * The gradients of the inputs, if the cell brings its own; see {@link Cell#bprop}.
   *
   * @param dout the gradient of the output, of the output's structure
   */
  protected Pair<A, B> bprop(A first, B second, O output, O dout) {
    throw new TensorException(
        Messages.of("bprop: " + clsName() + " does not override bprop(first, second, output, dout)")
            .hint("its parameters must be the cell's input and output types")
            .text());
  }

  /** Runs the cell. */
  @Override
  public final O call(A first, B second) {
    return call(new Pair<>(first, second));
  }

  @Override
  protected final O construct(Pair<A, B> input) {
    return construct(input.first(), input.second());
  }

  @Override
  protected final Pair<A, B> bprop(Pair<A, B> input, O output, O dout) {
    return bprop(input.first(), input.second(), output, dout);
  }

  @Override
  final void checkInput(Pair<A, B> input) {
    super.checkInput(input);
    checkInput(input.first(), "the first input");
    checkInput(input.second(), "the second input");
  }

  @Override
  public Cell2<A, B, O> setTrain() {
    return setTrain(true);
  }

  @Override
  public Cell2<A, B, O> setTrain(boolean mode) {
    super.setTrain(mode);
    return this;
  }

  @Override
  public Cell2<A, B, O> setGrad() {
    return setGrad(true);
  }

  @Override
  public Cell2<A, B, O> setGrad(boolean mode) {
    super.setGrad(mode);
    return this;
  }

  @Override
  public Cell2<A, B, O> toFloat(DType compute) {
    super.toFloat(compute);
    return this;
  }

  @Override
  public Cell2<A, B, O> recompute() {
    return recompute(true);
  }

  @Override
  public Cell2<A, B, O> recompute(boolean mode) {
    super.recompute(mode);
    return this;
  }

  @Override
  public Cell2<A, B, O> recompute(boolean mpCommRecompute, boolean parallelOptimizerCommRecompute) {
    super.recompute(mpCommRecompute, parallelOptimizerCommRecompute);
    return this;
  }
}
