package dev.mycel.core.spi;

import dev.mycel.core.DType;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A stretch of memory with elements of one type, counted: whoever holds it has retained it once,
 * and the last release frees it. Made with a count of one.
 */
public abstract class Storage {
  private static final VarHandle COUNT;

  static {
    try {
      COUNT = MethodHandles.lookup().findVarHandle(Storage.class, "count", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final DType dtype;
  private final long size;

  private volatile int writes;

  @SuppressWarnings("unused") // through COUNT
  private volatile int count = 1;

  /**
   * For backends.
   *
   * @param dtype element type
   * @param size number of elements
   */
  protected Storage(DType dtype, long size) {
    this.dtype = dtype;
    this.size = size;
  }

  /** Element type. */
  public final DType dtype() {
    return dtype;
  }

  /** Number of elements. */
  public final long size() {
    return size;
  }

  /** One more holder; false if the memory has already been freed. */
  public final boolean tryRetain() {
    int now;
    do {
      now = (int) COUNT.getVolatile(this);
      if (now == 0) {
        return false;
      }
    } while (!COUNT.compareAndSet(this, now, now + 1));
    return true;
  }

  /** One holder less; the last one frees the memory. */
  public final void release() {
    int before = (int) COUNT.getAndAdd(this, -1);
    if (before == 1) {
      free();
    } else if (before <= 0) {
      COUNT.getAndAdd(this, 1);
      throw new IllegalStateException("storage released more often than retained");
    }
  }

  /** Whether there is exactly one holder. */
  public final boolean isExclusive() {
    return count == 1;
  }

  /** How often the content has been overwritten in place: what caches of derived data compare. */
  public final int writes() {
    return writes;
  }

  /** Counts an overwriting in place; one thread at a time writes. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // the only holder writes
  final void overwritten() {
    writes++;
  }

  /**
   * Whether memory lies outside the Java heap, so that the collector alone does not give it back.
   */
  public abstract boolean isOffHeap();

  /** Gives the memory back; called once. */
  protected abstract void free();
}
