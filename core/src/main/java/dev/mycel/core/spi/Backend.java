package dev.mycel.core.spi;

import dev.mycel.core.DType;
import dev.mycel.core.Device;
import dev.mycel.core.MemoryStats;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Memory and kernels of one device. Opened once per process; safe for use by several threads. */
public interface Backend {
  /** The device whose tensors it computes. */
  Device device();

  /** Its kernels. */
  KernelTable kernels();

  /**
   * The element type in which this backend computes with inputs of a type: another one where the
   * chip cannot. The bottom interpreter then converts inputs before and results after a kernel, so
   * that they are rounded once.
   */
  default DType computeType(DType of) {
    return of;
  }

  /**
   * Memory for that many elements, with undefined content; may lie on the Java heap when it is
   * small.
   */
  Storage allocate(DType dtype, long size);

  /**
   * Copies {@code count} elements of a Java array (as {@link HeapStorage} holds them) into a
   * storage.
   */
  void copyIn(Object array, int from, Storage to, long at, int count);

  /**
   * Copies {@code count} elements of a storage into a Java array (as {@link HeapStorage} holds
   * them).
   */
  void copyOut(Storage from, long at, Object array, int to, int count);

  /**
   * The memory of elements as bytes in the native order, for content that comes from a file or goes
   * to one: nothing is copied. A backend that does not implement it gets such content through
   * {@link #copyIn} and {@link #copyOut}.
   *
   * @param at the first element
   * @param count how many; {@code at + count} is at most the storage's size, and the bytes are less
   *     than 2^31
   * @return a buffer from position 0 on, used only while the storage is held; null if the storage
   *     is no memory that the processor reaches by address, or lies on the Java heap
   * @throws IndexOutOfBoundsException if the elements are not all in the storage
   */
  default @Nullable ByteBuffer bytes(Storage storage, long at, int count) {
    return null;
  }

  /** Memory outside the Java heap. */
  MemoryStats memory();

  /** Sets the memory budget in bytes. */
  void memoryBudget(long bytes);

  /** Gives cached memory back to the system. */
  void trimMemory();

  /** Number of threads that kernels use. */
  int threads();

  /** Sets the number of threads that kernels use, at least one. */
  void threads(int count);
}
