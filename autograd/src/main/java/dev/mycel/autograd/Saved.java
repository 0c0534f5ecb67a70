package dev.mycel.autograd;

import dev.mycel.core.Tensor;
import dev.mycel.core.TensorType;
import org.jspecify.annotations.Nullable;

/**
 * What a call left for its gradient: attributes, the types of all inputs, and the values that the
 * row's {@link Needs} named.
 *
 * @param <A> record type of the attributes
 */
public final class Saved<A> {
  private final A attrs;
  private final TensorType[] inputTypes;
  private final TensorType[] outputTypes;
  private final @Nullable Tensor[] inputs;
  private final @Nullable Tensor[] outputs;

  Saved(
      A attrs,
      TensorType[] inputTypes,
      TensorType[] outputTypes,
      @Nullable Tensor[] inputs,
      @Nullable Tensor[] outputs) {
    this.attrs = attrs;
    this.inputTypes = inputTypes;
    this.outputTypes = outputTypes;
    this.inputs = inputs;
    this.outputs = outputs;
  }

  /** The attributes of the call. */
  public A attrs() {
    return attrs;
  }

  /** Number of inputs. */
  public int inputCount() {
    return inputTypes.length;
  }

  /** Number of results. */
  public int outputCount() {
    return outputTypes.length;
  }

  /** Shape and dtype of an input. */
  public TensorType inputType(int i) {
    return inputTypes[i];
  }

  /** Shape and dtype of an output. */
  public TensorType outputType(int i) {
    return outputTypes[i];
  }

  /** An input that the row's needs name. */
  public Tensor in(int i) {
    return present(inputs, "input", i);
  }

  /** An output that the row's needs name. */
  public Tensor out(int i) {
    return present(outputs, "output", i);
  }

  /** The first output. */
  public Tensor out() {
    return out(0);
  }

  private static Tensor present(@Nullable Tensor[] kept, String what, int i) {
    Tensor t = i < kept.length ? kept[i] : null;
    if (t == null) {
      throw new IllegalStateException(
          "a gradient row uses " + what + " " + i + " and does not declare it");
    }
    return t;
  }
}
