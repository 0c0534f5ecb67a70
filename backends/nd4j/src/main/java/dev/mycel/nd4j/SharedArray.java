package dev.mycel.nd4j;

import dev.mycel.core.ClosedTensorException;
import dev.mycel.core.DType;
import dev.mycel.core.Layout;
import dev.mycel.core.Tensor;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.util.concurrent.atomic.AtomicBoolean;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * An {@code INDArray} over a tensor's memory, made by {@link NdArrays#share}. It holds a claim on
 * that memory until it is closed; the array is closed with it. If it is forgotten, the claim ends
 * when the array's buffer is unreachable.
 */
public final class SharedArray implements AutoCloseable {
  private static final Cleaner CLEANER = Cleaner.create();

  private final INDArray array;
  private final Cleaner.Cleanable claim;

  private SharedArray(INDArray array, Cleaner.Cleanable claim) {
    this.array = array;
    this.claim = claim;
  }

  /** The end of the claim, once. */
  private record Release(NativeStorage storage, AtomicBoolean done) implements Runnable {
    @Override
    public void run() {
      if (done.compareAndSet(false, true)) {
        storage.release();
      }
    }
  }

  static SharedArray of(NativeStorage storage, Layout layout, Tensor owner) {
    if (!storage.tryRetain()) {
      throw new ClosedTensorException(
          "share: the tensor was used after its memory had been given back");
    }
    Release release = new Release(storage, new AtomicBoolean());
    boolean made = false;
    try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      INDArray array = over(storage, layout);
      // Views of the array keep its buffer reachable, and with it the claim.
      Object holder = array.data() == null ? array : array.data();
      SharedArray shared = new SharedArray(array, CLEANER.register(holder, release));
      made = true;
      return shared;
    } finally {
      if (!made) {
        release.run();
      }
      Reference.reachabilityFence(owner);
    }
  }

  /** An array that does not own its memory, which must outlive it. */
  static INDArray over(NativeStorage storage, Layout layout) {
    DType t = storage.dtype();
    return over(t, storage.address() + layout.offset() * t.bytes(), layout);
  }

  /** The same at the address of the layout's first element. */
  static INDArray over(DType t, long address, Layout layout) {
    DataType type = Types.of(t);
    long[] dims = layout.shape().dims();
    if (layout.shape().isEmpty()) {
      return Nd4j.create(type, dims);
    }
    long size = NdArrays.reach(layout);
    DataBuffer buffer = Nd4j.createBuffer(Memory.at(address, size * t.bytes()), size, type);
    return Nd4j.create(buffer, dims, layout.strides(), 0, 'c', type);
  }

  /** The array; it is valid until this is closed. */
  public INDArray array() {
    return array;
  }

  /** Closes the array and gives up the claim on the tensor's memory; more than once is once. */
  @Override
  public void close() {
    if (array.closeable()) {
      array.close();
    }
    claim.clean();
  }
}
