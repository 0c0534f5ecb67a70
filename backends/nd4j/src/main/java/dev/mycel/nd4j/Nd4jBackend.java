package dev.mycel.nd4j;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.DType;
import dev.mycel.core.Device;
import dev.mycel.core.MemoryStats;
import dev.mycel.core.spi.Backend;
import dev.mycel.core.spi.BlockPool;
import dev.mycel.core.spi.KernelTable;
import dev.mycel.core.spi.Storage;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Kernels of ND4J's native library over a pool of native memory, without its arrays and workspaces:
 * addresses and shapes are handed over as they are, so that nothing waits for a collection.
 */
final class Nd4jBackend implements Backend {
  static final String NAME = "nd4j";

  private static final String BUDGET = "mycel.memory.budget";
  private static final String THREADS = "mycel.threads";

  private final Device device = new Device("CPU", NAME, 0);
  private final BlockPool<NativeBlock> pool =
      new BlockPool<>(device.toString(), new MemorySource(), initialBudget());
  private final KernelTable kernels;

  Nd4jBackend() {
    KernelTable table = new KernelTable();
    CopyKernels.register(table);
    ElementwiseKernels.register(table);
    LoopKernels.register(table);
    RandomKernels.register(table);
    ContractionKernels.register(table);
    ConvolutionKernels.register(table);
    PoolKernels.register(table);
    ReductionKernels.register(table);
    GatherKernels.register(table);
    kernels = table.freeze();
    Integer wanted = Integer.getInteger(THREADS);
    if (wanted != null && wanted > 0) {
      threads(wanted);
    }
  }

  private static long initialBudget() {
    Long property = Long.getLong(BUDGET);
    return property != null && property > 0 ? property : Pointer.totalPhysicalBytes() / 4 * 3;
  }

  BlockPool<NativeBlock> pool() {
    return pool;
  }

  @Override
  public Device device() {
    return device;
  }

  @Override
  public KernelTable kernels() {
    return kernels;
  }

  /** ND4J sums the half types in themselves; here they are summed in float32. */
  @Override
  public DType computeType(DType of) {
    return of.accumulator();
  }

  @Override
  public Storage allocate(DType dtype, long size) {
    return new PooledStorage(pool, dtype, size);
  }

  @Override
  public void copyIn(Object array, int from, Storage to, long at, int count) {
    int bytes = to.dtype().bytes();
    Memory.write(((NativeStorage) to).address() + at * bytes, bytes, array, from, count);
  }

  @Override
  public void copyOut(Storage from, long at, Object array, int to, int count) {
    int bytes = from.dtype().bytes();
    Memory.read(((NativeStorage) from).address() + at * bytes, bytes, array, to, count);
  }

  @Override
  public @Nullable ByteBuffer bytes(Storage storage, long at, int count) {
    Objects.checkFromIndexSize(at, (long) count, storage.size());
    long width = storage.dtype().bytes();
    return storage instanceof NativeStorage s && count > 0
        ? Memory.bytes(s.address() + at * width, count * width)
        : null;
  }

  @Override
  public MemoryStats memory() {
    return pool.stats();
  }

  @Override
  public void memoryBudget(long bytes) {
    pool.budget(bytes);
  }

  @Override
  public void trimMemory() {
    pool.trim();
  }

  /** ND4J's limit for one operation; the size of its pool cannot be changed, and bounds it. */
  @Override
  public int threads() {
    return Nd4j.getEnvironment().maxMasterThreads();
  }

  @Override
  public void threads(int count) {
    if (count < 1) {
      throw new ArgumentException(
          "setThreads: the number of threads must be positive, got " + count);
    }
    Nd4j.getEnvironment().setMaxMasterThreads(count);
    Blas.threads(count);
  }
}
