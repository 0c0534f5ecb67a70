package dev.mycel.core;

import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A mutable reference to a tensor of fixed shape and dtype: weights, running statistics, counters.
 * Reading and writing go through the thread's interpreter, so that a gradient can treat the
 * variable as a leaf.
 *
 * <p>One thread writes at a time; any number may read.
 */
public class Variable {
  private final AtomicLong version = new AtomicLong();
  private volatile @Nullable Tensor held;

  /** A variable without a value; the first {@link #assign} gives it one. */
  protected Variable() {}

  /** A variable with a copy-free claim on that value. */
  public Variable(Tensor initial) {
    Interpreters.root().write(this, Interpreters.readable(initial));
  }

  /** The value: a snapshot that later writes do not change. */
  public Tensor value() {
    ensureInitialized();
    return Interpreters.top().read(this);
  }

  /** Replaces the value by one of the same shape and dtype. */
  public void assign(Tensor value) {
    Tensor before = held;
    if (before != null
        && (!before.shape().equals(value.shape()) || before.dtype() != value.dtype())) {
      throw new ShapeException(
          Messages.of("assign: the value does not fit the variable")
              .line("variable", describe())
              .line("value   ", value.type())
              .hint("a variable keeps its shape and dtype")
              .text());
    }
    Interpreters.top().write(this, value);
  }

  /** Shape, dtype and device of the value. */
  public TensorType type() {
    ensureInitialized();
    Tensor now = held;
    if (now == null) {
      throw new TensorException("variable: it has no value yet");
    }
    return now.type();
  }

  /** How often the value has been written: what caches of derived data compare. */
  public long version() {
    return version.get();
  }

  /** Whether gradients are taken with respect to it; the gradient of one that is frozen is zero. */
  public boolean isDifferentiable() {
    return true;
  }

  /** Gives a lazily initialised subclass the moment to fill itself. */
  protected void ensureInitialized() {}

  /** What messages call this variable. */
  protected String describe() {
    Tensor now = held;
    return now == null ? "variable without a value" : "variable of " + now.type();
  }

  /** The tensor that this variable holds; for the bottom interpreter. */
  public final @Nullable Tensor held() {
    return held;
  }

  /**
   * Replaces the held tensor and returns the one before; for the bottom interpreter, which minds
   * the leases.
   */
  public final @Nullable Tensor swapHeld(Tensor next) {
    Tensor before = held;
    held = next;
    version.incrementAndGet();
    return before;
  }

  /** Counts a write in place; for the bottom interpreter. */
  public final void touched() {
    version.incrementAndGet();
  }
}
