package dev.mycel.core.internal;

import dev.mycel.core.DType;
import dev.mycel.core.Device;
import dev.mycel.core.MemoryStats;
import dev.mycel.core.spi.Backend;
import dev.mycel.core.spi.HeapStorage;
import dev.mycel.core.spi.KernelTable;
import dev.mycel.core.spi.Storage;

/**
 * A backend seen by a reference kernel that stands in for it: the same device, but memory on the
 * Java heap.
 */
record HeapOnly(Backend of) implements Backend {
  @Override
  public Device device() {
    return of.device();
  }

  @Override
  public KernelTable kernels() {
    return of.kernels();
  }

  @Override
  public Storage allocate(DType dtype, long size) {
    return HeapStorage.allocate(dtype, size);
  }

  @Override
  public void copyIn(Object array, int from, Storage to, long at, int count) {
    System.arraycopy(array, from, ((HeapStorage) to).array(), (int) at, count);
  }

  @Override
  public void copyOut(Storage from, long at, Object array, int to, int count) {
    System.arraycopy(((HeapStorage) from).array(), (int) at, array, to, count);
  }

  @Override
  public MemoryStats memory() {
    return of.memory();
  }

  @Override
  public void memoryBudget(long bytes) {
    of.memoryBudget(bytes);
  }

  @Override
  public void trimMemory() {
    of.trimMemory();
  }

  @Override
  public int threads() {
    return of.threads();
  }

  @Override
  public void threads(int count) {
    of.threads(count);
  }
}
