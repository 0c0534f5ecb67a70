package dev.mycel.core.spi;

import dev.mycel.core.Layout;
import dev.mycel.core.Primitive;
import dev.mycel.core.TensorType;
import org.jspecify.annotations.Nullable;

/**
 * One execution of a kernel: attributes, inputs, and the place where outputs are allocated. Belongs
 * to the thread that runs it.
 *
 * @param <A> record type of the attributes
 */
public final class KernelCall<A> {
  private final Primitive<A> primitive;
  private final A attrs;
  private final Buffer[] inputs;
  private final TensorType[] types;
  private final @Nullable Buffer[] outputs;
  private final Backend backend;
  private final long donated;

  /**
   * For interpreters and tests.
   *
   * @param donated bit i is set when input i's memory belongs to nobody else and may be written, as
   *     long as output i replaces it
   */
  public KernelCall(
      Primitive<A> primitive,
      A attrs,
      Buffer[] inputs,
      TensorType[] types,
      Backend backend,
      long donated) {
    this.primitive = primitive;
    this.attrs = attrs;
    this.inputs = inputs;
    this.types = types;
    this.outputs = new Buffer[types.length];
    this.backend = backend;
    this.donated = donated;
  }

  /** The same call with other inputs of the same types, none of them donated. */
  public KernelCall<A> withInputs(Buffer[] others) {
    return new KernelCall<>(primitive, attrs, others, types, backend, 0);
  }

  /** What is computed. */
  public Primitive<A> primitive() {
    return primitive;
  }

  /** Its attributes. */
  public A attrs() {
    return attrs;
  }

  /** The backend that runs it. */
  public Backend backend() {
    return backend;
  }

  /** Number of inputs. */
  public int inputCount() {
    return inputs.length;
  }

  /** An input. */
  public Buffer input(int i) {
    return inputs[i];
  }

  /** Number of outputs. */
  public int outputCount() {
    return types.length;
  }

  /** Shape and dtype that output i must have. */
  public TensorType outputType(int i) {
    return types[i];
  }

  /** Allocates output i row-major; its content is undefined. */
  public Buffer output(int i) {
    return output(i, Layout.contiguous(types[i].shape()));
  }

  /** Allocates output i with a dense layout of the kernel's choice; its content is undefined. */
  public Buffer output(int i, Layout layout) {
    Buffer made = new Buffer(backend.allocate(types[i].dtype(), types[i].shape().size()), layout);
    outputs[i] = made;
    return made;
  }

  /**
   * Makes a storage that the kernel has filled itself output i; the call takes over the kernel's
   * claim on it.
   */
  public void output(int i, Storage filled, Layout layout) {
    outputs[i] = new Buffer(filled, layout);
  }

  /** Whether output i may be written over input i (same shape, dtype and strides). */
  public boolean isDonated(int i) {
    return (donated >> i & 1) != 0;
  }

  /** Makes the donated input i also output i, to be written in place. */
  public Buffer reuse(int i) {
    if (!isDonated(i)) {
      throw new IllegalStateException(primitive + ": input " + i + " is not donated");
    }
    if (!inputs[i].storage().tryRetain()) {
      throw new IllegalStateException(primitive + ": input " + i + " has been freed");
    }
    inputs[i].storage().overwritten();
    outputs[i] = inputs[i];
    return inputs[i];
  }

  /** What the kernel allocated as output i, or null. */
  public @Nullable Buffer allocated(int i) {
    return outputs[i];
  }
}
