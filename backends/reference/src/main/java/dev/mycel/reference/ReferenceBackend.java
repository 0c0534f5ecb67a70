package dev.mycel.reference;

import dev.mycel.core.Device;
import dev.mycel.core.spi.HeapBackend;
import dev.mycel.core.spi.KernelTable;

/** Kernels as plain loops over arrays on the Java heap. */
final class ReferenceBackend extends HeapBackend {
  ReferenceBackend() {
    super(new Device("CPU", "reference", 0), table());
  }

  private static KernelTable table() {
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
    return table.freeze();
  }
}
