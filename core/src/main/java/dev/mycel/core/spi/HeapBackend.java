package dev.mycel.core.spi;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.DType;
import dev.mycel.core.Device;
import dev.mycel.core.MemoryStats;

/**
 * A backend whose memory is the Java heap and whose kernels run on the calling thread: only the
 * kernels are left to write. It holds nothing outside that heap, so its memory statistics are zero
 * and a budget never binds.
 */
public abstract class HeapBackend implements Backend {
  private static final long LARGEST = Runtime.getRuntime().maxMemory();

  private final Device device;
  private final KernelTable kernels;
  private volatile long budget = LARGEST;

  /**
   * For subclasses.
   *
   * @param device the device, of target {@code CPU}
   * @param kernels the frozen table
   */
  protected HeapBackend(Device device, KernelTable kernels) {
    this.device = device;
    this.kernels = kernels;
  }

  @Override
  public final Device device() {
    return device;
  }

  @Override
  public final KernelTable kernels() {
    return kernels;
  }

  @Override
  public final Storage allocate(DType dtype, long size) {
    return HeapStorage.allocate(dtype, size);
  }

  @Override
  public final void copyIn(Object array, int from, Storage to, long at, int count) {
    System.arraycopy(array, from, ((HeapStorage) to).array(), Math.toIntExact(at), count);
  }

  @Override
  public final void copyOut(Storage from, long at, Object array, int to, int count) {
    System.arraycopy(((HeapStorage) from).array(), Math.toIntExact(at), array, to, count);
  }

  @Override
  public final MemoryStats memory() {
    return new MemoryStats(0, 0, budget, 0);
  }

  @Override
  public final void memoryBudget(long bytes) {
    if (bytes <= 0) {
      throw new ArgumentException("setMemoryBudget: the budget must be positive, got " + bytes);
    }
    budget = bytes;
  }

  @Override
  public final void trimMemory() {
    // Nothing is cached: the collector owns every array.
  }

  @Override
  public final int threads() {
    return 1;
  }

  /** Any positive number is an upper bound that one thread keeps. */
  @Override
  public final void threads(int count) {
    if (count < 1) {
      throw new ArgumentException(
          "setThreads: the number of threads must be positive, got " + count);
    }
  }
}
