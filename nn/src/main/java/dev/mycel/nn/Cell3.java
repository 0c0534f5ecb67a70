package dev.mycel.nn;

import dev.mycel.core.DType;
import dev.mycel.core.Function3;
import dev.mycel.core.Messages;
import dev.mycel.core.Tensor;
import dev.mycel.core.TensorException;
import dev.mycel.core.Triple;
import java.util.Map;

/**
 * A cell with three inputs; underneath a cell over a triple.
 *
 * @param <A> the first input
 * @param <B> the second input
 * @param <C> the third input
 * @param <O> the output
 */
public abstract class Cell3<A, B, C, O> extends Cell<Triple<A, B, C>, O>
    implements Function3<A, B, C, O> {
  /** A cell whose children's parameters carry the child's name as prefix. */
  protected Cell3() {}

  /** A cell; see {@link Cell#Cell(boolean)}. */
  protected Cell3(boolean autoPrefix) {
    super(autoPrefix);
  }

  /** Computes the output: yours to write. */
  protected abstract O construct(A first, B second, C third);

  /**
   * The gradients of the inputs, if the cell brings its own; see {@link Cell#bprop}.
   *
   * @param dout the gradient of the output, of the output's structure
   */
  protected Triple<A, B, C> bprop(A first, B second, C third, O output, O dout) {
    throw new TensorException(
        Messages.of("bprop: " + clsName() + " does not override it with its own types")
            .hint("the parameters are first, second, third, output, dout")
            .text());
  }

  /** The gradients of parameters, beside those of the inputs; see {@link Cell#bpropParameters}. */
  protected Map<Parameter, Tensor> bpropParameters(A first, B second, C third, O output, O dout) {
    return Map.of();
  }

  /** Runs the cell. */
  @Override
  public final O call(A first, B second, C third) {
    return call(new Triple<>(first, second, third));
  }

  @Override
  protected final O construct(Triple<A, B, C> input) {
    return construct(input.first(), input.second(), input.third());
  }

  @Override
  protected final Triple<A, B, C> bprop(Triple<A, B, C> input, O output, O dout) {
    return bprop(input.first(), input.second(), input.third(), output, dout);
  }

  @Override
  protected final Map<Parameter, Tensor> bpropParameters(Triple<A, B, C> input, O output, O dout) {
    return bpropParameters(input.first(), input.second(), input.third(), output, dout);
  }

  @Override
  final void checkInput(Triple<A, B, C> input) {
    super.checkInput(input);
    checkInput(input.first(), "the first input");
    checkInput(input.second(), "the second input");
    checkInput(input.third(), "the third input");
  }

  @Override
  public Cell3<A, B, C, O> setTrain() {
    return setTrain(true);
  }

  @Override
  public Cell3<A, B, C, O> setTrain(boolean mode) {
    super.setTrain(mode);
    return this;
  }

  @Override
  public Cell3<A, B, C, O> setGrad() {
    return setGrad(true);
  }

  @Override
  public Cell3<A, B, C, O> setGrad(boolean mode) {
    super.setGrad(mode);
    return this;
  }

  @Override
  public Cell3<A, B, C, O> toFloat(DType compute) {
    super.toFloat(compute);
    return this;
  }
}
