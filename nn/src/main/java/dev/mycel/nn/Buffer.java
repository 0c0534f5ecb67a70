package dev.mycel.nn;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.DType;
import dev.mycel.core.DTypeException;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Messages;
import dev.mycel.core.Scope;
import dev.mycel.core.Shape;
import dev.mycel.core.ShapeException;
import dev.mycel.core.Tensor;
import dev.mycel.core.Variable;
import org.jspecify.annotations.Nullable;

/**
 * State of a cell that is no parameter: a mask, a table, a running statistic. It is in {@link
 * Cell#buffers}, in {@link Cell#stateDict} and in checkpoints; no optimiser sees it, and its
 * gradient is zero.
 *
 * <p>A field of this type belongs to its cell as a {@link Parameter} does; {@link
 * Cell#registerBuffer} adds one by name. It holds its own claim on the memory of its value, so the
 * tensor that it was made from may be closed. {@link #assign} replaces the value, also inside
 * {@code construct}; a snapshot that {@link #value} gave stays as it was.
 *
 * <pre>{@code
 * private final Buffer mean = new Buffer(Ops.zeros(8));
 *
 * protected Tensor construct(Tensor x) {
 *   mean.assign(mean.value().mul(0.9).add(Autograd.stopGradient(x.mean(0)).mul(0.1)));
 *   return x.sub(mean.value());
 * }
 * }</pre>
 */
public final class Buffer extends Variable {
  private final boolean persistent;

  /** A buffer that checkpoints and {@link Cell#stateDict} contain. */
  public Buffer(Tensor value) {
    this(value, true);
  }

  /**
   * A buffer.
   *
   * @param persistent whether checkpoints and {@link Cell#stateDict} contain it; false for what can
   *     be computed again
   */
  public Buffer(Tensor value, boolean persistent) {
    super(checked(value));
    this.persistent = persistent;
  }

  private static Tensor checked(@Nullable Tensor value) {
    if (value == null) {
      throw new ArgumentException(
          Messages.of("buffer: the value is null").hint("leave out what is not there").text());
    }
    return value;
  }

  /** Whether checkpoints and {@link Cell#stateDict} contain it. */
  public boolean isPersistent() {
    return persistent;
  }

  /** Extents, which stay. */
  public Shape shape() {
    return type().shape();
  }

  /** Element type, which stays. */
  public DType dtype() {
    return type().dtype();
  }

  /** False: the gradient with respect to a buffer is zero. */
  @Override
  public boolean isDifferentiable() {
    return false;
  }

  /**
   * Replaces the value by one of the same shape, and casts it: any float takes any float, integer
   * or bool, an integer takes a bool or an integer that is not wider, bool takes bool.
   */
  @SuppressWarnings("try") // the scope only ends what is made on the way
  public Buffer setData(Tensor data) {
    if (!Values.fit(dtype(), data.dtype())) {
      throw new DTypeException(
          Messages.of("setData: the data does not fit the buffer's dtype")
              .line("buffer", this)
              .line("data  ", data.type())
              .hint("cast the data yourself: data.cast(DType." + dtype().name() + ")")
              .text());
    }
    if (!shape().equals(data.shape())) {
      throw new ShapeException(
          Messages.of("setData: the data has another shape")
              .line("buffer", this)
              .line("data  ", data.type())
              .hint("a buffer keeps its shape; register another one")
              .text());
    }
    try (Scope scope = Scope.open()) {
      Tensor cast = data.cast(dtype());
      Interpreters.top().write(this, cast);
    }
    return this;
  }

  /** A buffer of its own with the value that this one has now. */
  public Buffer copy() {
    return new Buffer(value(), persistent);
  }

  @Override
  protected String describe() {
    return toString();
  }

  /** {@code Buffer (shape=(8,), dtype=Float32, persistent=True)}. */
  @Override
  public String toString() {
    return "Buffer (shape="
        + shape()
        + ", dtype="
        + dtype().displayName()
        + ", persistent="
        + (persistent ? "True" : "False")
        + ")";
  }
}
