package dev.mycel.spec;

import dev.mycel.core.DType;
import dev.mycel.core.Device;
import dev.mycel.core.MemoryStats;
import dev.mycel.core.None;
import dev.mycel.core.Prims;
import dev.mycel.core.spi.Access;
import dev.mycel.core.spi.Backend;
import dev.mycel.core.spi.BackendProvider;
import dev.mycel.core.spi.HeapStorage;
import dev.mycel.core.spi.KernelCall;
import dev.mycel.core.spi.KernelTable;
import dev.mycel.core.spi.Probe;
import dev.mycel.core.spi.Storage;

/** The least that a backend needs: memory, and one kernel; docs/backends.md walks through it. */
public final class ToyBackend implements Backend, BackendProvider {
  private final Device device = new Device("CPU", "toy", 0);
  private final KernelTable kernels =
      new KernelTable()
          .put(
              Prims.ADD,
              Access.CONTIGUOUS,
              "a loop over float32",
              call -> call.input(0).dtype() == DType.FLOAT32,
              ToyBackend::add)
          .freeze();

  private static void add(KernelCall<None> call) {
    float[] a = (float[]) call.input(0).array();
    float[] b = (float[]) call.input(1).array();
    int from = (int) call.input(0).layout().offset();
    int other = (int) call.input(1).layout().offset();
    float[] sum = (float[]) call.output(0).array();
    for (int i = 0; i < sum.length; i++) {
      sum[i] = a[from + i] + b[other + i];
    }
  }

  @Override
  public String name() {
    return "toy";
  }

  @Override
  public String target() {
    return "CPU";
  }

  /** Below the reference: never the default. */
  @Override
  public int rank() {
    return -1;
  }

  @Override
  public Probe probe() {
    return Probe.available("one kernel");
  }

  @Override
  public Backend open() {
    return this;
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
    System.arraycopy(array, from, ((HeapStorage) to).array(), (int) at, count);
  }

  @Override
  public void copyOut(Storage from, long at, Object array, int to, int count) {
    System.arraycopy(((HeapStorage) from).array(), (int) at, array, to, count);
  }

  @Override
  public MemoryStats memory() {
    return new MemoryStats(0, 0, Runtime.getRuntime().maxMemory(), 0);
  }

  @Override
  public void memoryBudget(long bytes) {}

  @Override
  public void trimMemory() {}

  @Override
  public int threads() {
    return 1;
  }

  @Override
  public void threads(int count) {}
}
