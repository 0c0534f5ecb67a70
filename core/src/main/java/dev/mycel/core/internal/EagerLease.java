package dev.mycel.core.internal;

import dev.mycel.core.Lease;
import dev.mycel.core.Tensor;
import dev.mycel.core.spi.Buffer;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.Cleaner;
import org.jspecify.annotations.Nullable;

/** A claim on a storage by one handle: the payload of tensors of the bottom interpreter. */
final class EagerLease extends Lease implements Runnable {
  private static final Cleaner CLEANER = Cleaner.create();
  private static final VarHandle CLOSED;

  static {
    try {
      CLOSED = MethodHandles.lookup().findVarHandle(EagerLease.class, "closed", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Buffer buffer;
  private volatile boolean closed;
  private Cleaner.@Nullable Cleanable cleanable;

  /** Takes over one count of the buffer's storage. */
  EagerLease(Buffer buffer) {
    this.buffer = buffer;
  }

  Buffer buffer() {
    return buffer;
  }

  @Override
  public boolean isOpen() {
    return !closed;
  }

  @Override
  protected void close() {
    Cleaner.Cleanable registered = cleanable;
    if (registered == null) {
      run();
    } else {
      registered.clean();
    }
  }

  @Override
  protected void escape(Tensor holder) {
    // Arrays on the Java heap need no cleaner: the collector sees them.
    if (cleanable == null && buffer.storage().isOffHeap() && !closed) {
      cleanable = CLEANER.register(holder, this);
    }
  }

  /** The end of the claim, run once by whoever comes first. */
  @Override
  public void run() {
    if (CLOSED.compareAndSet(this, false, true)) {
      buffer.storage().release();
    }
  }
}
