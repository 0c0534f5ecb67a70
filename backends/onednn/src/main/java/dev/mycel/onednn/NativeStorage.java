package dev.mycel.onednn;

import dev.mycel.core.DType;
import dev.mycel.core.spi.BlockPool;
import dev.mycel.core.spi.HeapStorage;
import dev.mycel.core.spi.Storage;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Elements in native memory that came from the pool and goes back there. */
final class NativeStorage extends Storage {
  private final BlockPool<NativeBlock> pool;
  private final NativeBlock block;
  private @Nullable DerivedCopies derived;

  NativeStorage(BlockPool<NativeBlock> pool, DType dtype, long size) {
    super(dtype, size);
    this.pool = pool;
    this.block = pool.take(Math.multiplyExact(size, dtype.bytes()));
  }

  /** Where the first element is. */
  long address() {
    return block.address();
  }

  @Override
  public boolean isOffHeap() {
    return true;
  }

  /** What kernels have made of this storage's content. */
  synchronized DerivedCopies derived() {
    DerivedCopies known = derived;
    if (known == null) {
      known = new DerivedCopies();
      derived = known;
    }
    return known;
  }

  @Override
  protected void free() {
    if (derived != null) {
      derived.release();
    }
    pool.give(block);
  }

  /**
   * Copies elements {@code at} and following into a Java array as {@link HeapStorage} holds them,
   * or the bits of float32 elements into integers.
   */
  void read(long at, Object array, int to, int count) {
    if (count == 0) {
      return;
    }
    if (array instanceof float[] a && (at + count) * Float.BYTES <= NativeBlock.VIEW) {
      block.floats().get((int) at, a, to, count);
      return;
    }
    if (array instanceof int[] a && (at + count) * Integer.BYTES <= NativeBlock.VIEW) {
      block.ints().get((int) at, a, to, count);
      return;
    }
    if (array instanceof short[] a && (at + count) * Short.BYTES <= NativeBlock.VIEW) {
      block.shorts().get((int) at, a, to, count);
      return;
    }
    transfer(at, array, to, count, true);
  }

  /** Copies elements of a Java array to {@code at} and following. */
  void write(long at, Object array, int from, int count) {
    if (count == 0) {
      return;
    }
    if (array instanceof float[] a && (at + count) * Float.BYTES <= NativeBlock.VIEW) {
      block.floats().put((int) at, a, from, count);
      return;
    }
    if (array instanceof int[] a && (at + count) * Integer.BYTES <= NativeBlock.VIEW) {
      block.ints().put((int) at, a, from, count);
      return;
    }
    if (array instanceof short[] a && (at + count) * Short.BYTES <= NativeBlock.VIEW) {
      block.shorts().put((int) at, a, from, count);
      return;
    }
    transfer(at, array, from, count, false);
  }

  /** The bytes of elements {@code at} and following, less than 2 GiB of them. */
  ByteBuffer bytes(long at, int count) {
    Objects.checkFromIndexSize(at, (long) count, size());
    long width = dtype().bytes();
    return NativeBlock.bytes(block.address() + at * width, count * width);
  }

  /**
   * All bytes as one view, or null where they are more than one can hold; use absolute access only.
   */
  @Nullable ByteBuffer wholeView() {
    return size() * dtype().bytes() <= NativeBlock.VIEW ? block.view(0) : null;
  }

  private void transfer(long at, Object array, int index, int count, boolean read) {
    int bytes = dtype().bytes();
    long done = 0;
    while (done < count) {
      long position = (at + done) * bytes;
      int part = (int) (position / NativeBlock.VIEW);
      int within = (int) (position % NativeBlock.VIEW);
      int n = (int) Math.min(count - done, (NativeBlock.VIEW - within) / bytes);
      ByteBuffer view = block.view(part);
      if (read) {
        get(view, within, array, index + (int) done, n);
      } else {
        put(view, within, array, index + (int) done, n);
      }
      done += n;
    }
  }

  private static void get(ByteBuffer view, int at, Object array, int to, int n) {
    HeapStorage.get(view.duplicate().position(at).order(view.order()), array, to, n);
  }

  private static void put(ByteBuffer view, int at, Object array, int from, int n) {
    HeapStorage.put(array, from, n, view.duplicate().position(at).order(view.order()));
  }
}
