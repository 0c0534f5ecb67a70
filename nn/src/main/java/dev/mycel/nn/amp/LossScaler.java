package dev.mycel.nn.amp;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.DType;
import dev.mycel.core.DTypeException;
import dev.mycel.core.Messages;
import dev.mycel.core.Ops;
import dev.mycel.core.Precision;
import dev.mycel.core.Scope;
import dev.mycel.core.Tensor;
import dev.mycel.core.Tree;
import dev.mycel.nn.Parameter;
import java.util.function.BinaryOperator;

/**
 * Multiplies a loss, so that small gradients do not vanish in half precision, and divides the
 * gradients again.
 *
 * <pre>{@code
 * var f = valueAndGrad((Tensor x) -> scaler.scale(net.call(x)), weights);
 * List<Tensor> grads = scaler.unscale(f.apply(x).grads());
 * boolean finite = Amp.allFinite(grads).itemBoolean();
 * if (finite) {
 *   optimizer.call(grads);
 * }
 * scaler.adjust(finite);
 * }</pre>
 */
public abstract class LossScaler {
  private final Parameter scaleValue;

  /**
   * A scaler.
   *
   * @param op its name, for messages
   * @param scaleValue at least 1
   */
  protected LossScaler(String op, double scaleValue) {
    if (!(scaleValue >= 1) || !Float.isFinite((float) scaleValue)) {
      throw new ArgumentException(
          Messages.of(op + ": scaleValue must be a float32 number of at least 1")
              .line("got", scaleValue)
              .hint("powers of two change no bit but the exponent: 1024, say")
              .text());
    }
    this.scaleValue = new Parameter(Ops.scalar(scaleValue, DType.FLOAT32), "scale_value", false);
  }

  /** The scale: a float32 scalar, to be saved with the network if training is to go on. */
  public final Parameter scaleValue() {
    return scaleValue;
  }

  /**
   * Each tensor times the scale, in its own type; half types are multiplied in float32 and rounded
   * once.
   *
   * @param tensors a tensor, or a record, list or map of tensors, of floating-point types
   */
  public final <T> T scale(T tensors) {
    return each(tensors, Tensor::mul);
  }

  /**
   * Each tensor divided by the scale, in its own type; half types are divided in float32 and
   * rounded once.
   *
   * @param tensors a tensor, or a record, list or map of tensors, of floating-point types
   */
  public final <T> T unscale(T tensors) {
    return each(tensors, Tensor::div);
  }

  private <T> T each(T tensors, BinaryOperator<Tensor> by) {
    Precision before = Precision.swap(Precision.NONE);
    try {
      return Tree.map(tensors, t -> one(t, by));
    } finally {
      Precision.swap(before);
    }
  }

  private Tensor one(Tensor t, BinaryOperator<Tensor> by) {
    if (!t.dtype().isFloat()) {
      throw new DTypeException(
          Messages.of("lossScaler: only floating-point tensors are scaled")
              .line("got", t.type())
              .hint("scale the loss, unscale its gradients")
              .text());
    }
    try (Scope scope = Scope.open()) {
      DType wide = t.dtype().accumulator();
      Tensor scale = scaleValue.value().cast(wide);
      return scope.give(by.apply(t.cast(wide), scale).cast(t.dtype()));
    }
  }

  /**
   * Adapts the scale to what has happened.
   *
   * @param gradsFinite whether all gradients of the step were finite
   * @return whether the scaler adapts at all
   */
  public abstract boolean adjust(boolean gradsFinite);

  /**
   * Adapts the scale to what has happened.
   *
   * @param gradsFinite a bool scalar, as {@link Amp#allFinite} gives it
   * @return whether the scaler adapts at all
   */
  public final boolean adjust(Tensor gradsFinite) {
    return adjust(gradsFinite.itemBoolean());
  }
}
