package dev.mycel.onednn;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.DType;
import dev.mycel.core.Device;
import dev.mycel.core.MemoryStats;
import dev.mycel.core.spi.Backend;
import dev.mycel.core.spi.BlockPool;
import dev.mycel.core.spi.HeapStorage;
import dev.mycel.core.spi.KernelTable;
import dev.mycel.core.spi.Storage;
import java.nio.ByteBuffer;
import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;

/**
 * Kernels of oneDNN over a pool of native memory; tiny tensors live on the Java heap, where a plain
 * loop beats any call.
 */
final class OneDnnBackend implements Backend {
  /** Up to this many elements a tensor lives on the Java heap. */
  static final int TINY = 512;

  private static final String BUDGET = "mycel.memory.budget";

  private final Device device = new Device("CPU", "onednn", 0);
  private final BlockPool<NativeBlock> pool =
      new BlockPool<>(device.toString(), new MemorySource(), initialBudget());
  private final PrimitiveCache cache = new PrimitiveCache();
  private final Reorder reorder = new Reorder(this);
  private final KernelTable kernels;

  OneDnnBackend() {
    KernelTable table = new KernelTable();
    TinyKernels.register(table);
    CopyKernels.register(table);
    ElementwiseKernels.register(table);
    ContractionKernels.register(table);
    WinogradKernels.register(table); // asked before the direct ones
    ConvolutionKernels.register(table);
    ConvNormKernels.register(table);
    PoolKernels.register(table);
    NormKernels.register(table);
    LayerNormKernels.register(table);
    SoftmaxKernels.register(table);
    AttentionKernels.register(table);
    ReductionKernels.register(table);
    IndexKernels.register(table);
    CrossEntropyKernels.register(table);
    LstmKernels.register(table);
    GruKernels.register(table);
    RnnKernels.register(table);
    UpdateKernels.register(table);
    RandomKernels.register(table);
    DropoutKernels.register(table);
    SquareSumKernels.register(table);
    kernels = table.freeze();
  }

  private static long initialBudget() {
    Long property = Long.getLong(BUDGET);
    return property != null && property > 0 ? property : Pointer.totalPhysicalBytes() / 4 * 3;
  }

  BlockPool<NativeBlock> pool() {
    return pool;
  }

  PrimitiveCache cache() {
    return cache;
  }

  Reorder reorder() {
    return reorder;
  }

  NativeStorage allocateNative(DType dtype, long size) {
    return new NativeStorage(pool, dtype, size);
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
  public DType computeType(DType of) {
    boolean half = of == DType.BFLOAT16 || of == DType.FLOAT16;
    return half && !Dnnl.computes(of) ? DType.FLOAT32 : of;
  }

  @Override
  public Storage allocate(DType dtype, long size) {
    return size <= TINY ? HeapStorage.allocate(dtype, size) : allocateNative(dtype, size);
  }

  @Override
  public void copyIn(Object array, int from, Storage to, long at, int count) {
    if (to instanceof NativeStorage s) {
      s.write(at, array, from, count);
    } else {
      System.arraycopy(array, from, ((HeapStorage) to).array(), (int) at, count);
    }
  }

  @Override
  public void copyOut(Storage from, long at, Object array, int to, int count) {
    if (from instanceof NativeStorage s) {
      s.read(at, array, to, count);
    } else {
      System.arraycopy(((HeapStorage) from).array(), (int) at, array, to, count);
    }
  }

  @Override
  public @Nullable ByteBuffer bytes(Storage storage, long at, int count) {
    return storage instanceof NativeStorage s ? s.bytes(at, count) : null;
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

  @Override
  public int threads() {
    return OmpThreads.count();
  }

  @Override
  public void threads(int count) {
    if (count < 1) {
      throw new ArgumentException(
          "setThreads: the number of threads must be positive, got " + count);
    }
    OmpThreads.set(count);
  }
}
