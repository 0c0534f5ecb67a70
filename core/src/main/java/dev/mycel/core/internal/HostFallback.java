package dev.mycel.core.internal;

import dev.mycel.core.Layout;
import dev.mycel.core.Primitive;
import dev.mycel.core.TensorType;
import dev.mycel.core.spi.Backend;
import dev.mycel.core.spi.Buffer;
import dev.mycel.core.spi.HeapStorage;
import dev.mycel.core.spi.KernelCall;
import dev.mycel.core.spi.KernelTable;
import dev.mycel.core.spi.Storage;

/**
 * Runs a reference kernel for a backend that has none: inputs are copied to the Java heap, results
 * back.
 */
final class HostFallback {
  private final SlowPaths paths;

  HostFallback(SlowPaths paths) {
    this.paths = paths;
  }

  <A> void run(KernelTable reference, KernelCall<A> call) {
    Backend backend = call.backend();
    paths.count(backend, call.primitive(), SlowPaths.Path.HOST);
    Buffer[] inputs = new Buffer[call.inputCount()];
    for (int i = 0; i < inputs.length; i++) {
      inputs[i] = onHeap(backend, call.input(i));
    }
    TensorType[] types = new TensorType[call.outputCount()];
    for (int i = 0; i < types.length; i++) {
      types[i] = call.outputType(i);
    }
    KernelCall<A> host =
        new KernelCall<>(call.primitive(), call.attrs(), inputs, types, new HeapOnly(backend), 0);
    entry(reference, call.primitive(), host).kernel().run(host);
    for (int i = 0; i < types.length; i++) {
      handOver(call, i, host);
    }
  }

  private static <A> KernelTable.Entry<A> entry(
      KernelTable reference, Primitive<A> primitive, KernelCall<A> call) {
    for (KernelTable.Entry<A> entry : reference.entries(primitive)) {
      var condition = entry.when();
      if (condition == null || condition.test(call)) {
        return entry;
      }
    }
    throw new IllegalStateException(primitive + ": no reference kernel takes this call");
  }

  /**
   * The whole stretch of storage that the layout can reach, in a Java array under the same layout.
   */
  private static Buffer onHeap(Backend backend, Buffer from) {
    if (from.isHeap()) {
      return from;
    }
    Layout layout = from.layout();
    long low = layout.offset();
    long high = layout.offset();
    for (int axis = 0; axis < layout.shape().rank(); axis++) {
      long reach = (layout.shape().dim(axis) - 1) * layout.stride(axis);
      low += Math.min(reach, 0);
      high += Math.max(reach, 0);
    }
    long count = from.size() == 0 ? 0 : high - low + 1;
    HeapStorage copy = HeapStorage.allocate(from.dtype(), count);
    backend.copyOut(from.storage(), low, copy.array(), 0, (int) count);
    return new Buffer(
        copy, Layout.of(layout.shape(), layout.strides(), count == 0 ? 0 : layout.offset() - low));
  }

  private static <A> void handOver(KernelCall<A> call, int i, KernelCall<A> host) {
    Buffer made = host.allocated(i);
    if (made == null) {
      throw new IllegalStateException(call.primitive() + ": the kernel allocated no output " + i);
    }
    Storage storage = call.backend().allocate(made.dtype(), made.storage().size());
    if (storage instanceof HeapStorage) {
      call.output(i, made.storage(), made.layout());
      return;
    }
    call.backend().copyIn(made.array(), 0, storage, 0, (int) made.storage().size());
    call.output(i, storage, made.layout());
  }
}
