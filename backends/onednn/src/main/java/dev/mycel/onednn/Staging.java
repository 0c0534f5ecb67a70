package dev.mycel.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;

import dev.mycel.core.DType;
import dev.mycel.core.Layout;
import dev.mycel.core.spi.BlockPool;
import dev.mycel.core.spi.Buffer;
import dev.mycel.core.spi.KernelCall;
import java.util.ArrayList;
import java.util.List;

/**
 * Native addresses for the inputs and outputs of one kernel call. Inputs on the Java heap are
 * copied to native memory for as long as the call lasts; inputs in a layout that the kernel does
 * not take are copied in one that it does.
 */
final class Staging implements AutoCloseable {
  private final OneDnnBackend backend;
  private final List<NativeBlock> temporary = new ArrayList<>(2);
  private final List<NativeStorage> borrowed = new ArrayList<>(0);

  Staging(OneDnnBackend backend) {
    this.backend = backend;
  }

  Staging(KernelCall<?> call) {
    this((OneDnnBackend) call.backend());
  }

  OneDnnBackend backend() {
    return backend;
  }

  /** Address of the element at index zero of a buffer, in the buffer's own layout. */
  long address(Buffer b) {
    int bytes = b.dtype().bytes();
    if (b.storage() instanceof NativeStorage s) {
      return s.address() + b.layout().offset() * bytes;
    }
    Layout layout = b.layout();
    long low = layout.offset();
    long high = layout.offset();
    for (int axis = 0; axis < layout.shape().rank(); axis++) {
      long reach = (layout.shape().dim(axis) - 1) * layout.stride(axis);
      low += Math.min(reach, 0);
      high += Math.max(reach, 0);
    }
    int count = b.size() == 0 ? 0 : (int) (high - low + 1);
    NativeBlock block = take((long) Math.max(count, 1) * bytes);
    HostCopy.write(block, b.dtype(), b.array(), (int) low, count);
    return block.address() + (layout.offset() - low) * bytes;
  }

  /** Address of a copy in the given dense layout (the buffer itself if it has those strides). */
  long address(Buffer b, Layout wanted) {
    if (b.layout().sameStrides(wanted)) {
      return address(b);
    }
    NativeBlock block = take(Math.max(b.size(), 1) * b.dtype().bytes());
    backend.reorder().run(Desc.of(b), address(b), Desc.of(b.dtype(), wanted), block.address());
    return block.address();
  }

  /**
   * Address of a weight in the layout that a primitive chose for its weights, valid until the call
   * ends.
   *
   * @param plain the weight as it lies, with the axes that the primitive gives it
   */
  long packed(Buffer w, Desc plain, Compiled user) {
    Reorder reorder = backend.reorder();
    NativeStorage kept =
        DerivedCopies.retained(
            w, user, () -> reorder.packed(plain, address(w), user, DNNL_ARG_WEIGHTS));
    if (kept != null) {
      releaseLater(kept);
      return kept.address();
    }
    NativeBlock block = take(user.bytes(DNNL_ARG_WEIGHTS));
    reorder.pack(plain, address(w), user, DNNL_ARG_WEIGHTS, block.address());
    return block.address();
  }

  /** Uninitialised memory for that many elements until the call ends. */
  long temporary(DType dtype, long size) {
    return take(Math.max(size, 1) * dtype.bytes()).address();
  }

  /** Uninitialised memory until the call ends. */
  NativeBlock take(long bytes) {
    NativeBlock block = backend.pool().take(bytes);
    temporary.add(block);
    return block;
  }

  /** A float in native memory until the call ends. */
  long scalar(float value) {
    NativeBlock block = take(Float.BYTES);
    block.view(0).putFloat(0, value);
    return block.address();
  }

  /** Four bytes of zero, which are a zero of any type, until the call ends. */
  long zero() {
    return scalar(0);
  }

  /** Gives up a claim on a storage when the call ends. */
  void releaseLater(NativeStorage retained) {
    borrowed.add(retained);
  }

  /** Zeros until the call ends. */
  long zeros(DType dtype, long size) {
    NativeBlock block = take(Math.max(size, 1) * dtype.bytes());
    org.bytedeco.javacpp.Pointer.memset(block.pointer(), 0, size * dtype.bytes());
    return block.address();
  }

  /** Allocates output i in native memory with a dense layout, and gives its address. */
  long output(KernelCall<?> call, int i, Layout layout) {
    NativeStorage storage =
        backend.allocateNative(call.outputType(i).dtype(), layout.shape().size());
    call.output(i, storage, layout);
    return storage.address();
  }

  /** Allocates output i in native memory, row-major, and gives its address. */
  long output(KernelCall<?> call, int i) {
    return output(call, i, Layout.contiguous(call.outputType(i).shape()));
  }

  @Override
  public void close() {
    BlockPool<NativeBlock> pool = backend.pool();
    for (NativeBlock block : temporary) {
      pool.give(block);
    }
    temporary.clear();
    borrowed.forEach(NativeStorage::release);
    borrowed.clear();
  }
}
