package dev.mycel.reference;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.DType;
import dev.mycel.core.Device;
import dev.mycel.core.MemoryStats;
import dev.mycel.core.spi.Backend;
import dev.mycel.core.spi.HeapStorage;
import dev.mycel.core.spi.KernelTable;
import dev.mycel.core.spi.Storage;

/**
 * Kernels as plain loops over arrays on the Java heap. It holds no memory outside that heap, so its
 * memory statistics are zero and a budget never binds; it runs on the calling thread alone.
 */
final class ReferenceBackend implements Backend {
  private final Device device = new Device("CPU", "reference", 0);
  private final KernelTable kernels;
  private volatile long budget = Runtime.getRuntime().maxMemory();

  ReferenceBackend() {
    KernelTable table = new KernelTable();
    UnaryKernels.register(table);
    BinaryKernels.register(table);
    CompareKernels.register(table);
    MovementKernels.register(table);
    ReduceKernels.register(table);
    LineKernels.register(table);
    MatmulKernel.register(table);
    ConvKernels.register(table);
    PoolKernels.register(table);
    IndexKernels.register(table);
    SourceKernels.register(table);
    kernels = table.freeze();
  }

  @Override
  public Device device() {
    return device;
  }

  @Override
  public KernelTable kernels() {
    return kernels;
  }

  @Override
  public Storage allocate(DType dtype, long size) {
    return HeapStorage.allocate(dtype, size);
  }

  @Override
  public void copyIn(Object array, int from, Storage to, long at, int count) {
    System.arraycopy(array, from, ((HeapStorage) to).array(), Math.toIntExact(at), count);
  }

  @Override
  public void copyOut(Storage from, long at, Object array, int to, int count) {
    System.arraycopy(((HeapStorage) from).array(), Math.toIntExact(at), array, to, count);
  }

  @Override
  public MemoryStats memory() {
    return new MemoryStats(0, 0, budget, 0);
  }

  @Override
  public void memoryBudget(long bytes) {
    if (bytes <= 0) {
      throw new ArgumentException("setMemoryBudget: the budget must be positive, got " + bytes);
    }
    budget = bytes;
  }

  @Override
  public void trimMemory() {
    // Nothing is cached: the collector owns every array.
  }

  @Override
  public int threads() {
    return 1;
  }

  /** Any positive number is an upper bound that one thread keeps. */
  @Override
  public void threads(int count) {
    if (count < 1) {
      throw new ArgumentException(
          "setThreads: the number of threads must be positive, got " + count);
    }
  }
}
