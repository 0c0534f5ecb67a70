package dev.mycel.nd4j;

import dev.mycel.core.spi.BlockPool;
import org.bytedeco.javacpp.Pointer;

/** A stretch of native memory, aligned to a cache line. */
final class NativeBlock extends BlockPool.Block {
  private final Pointer slab;
  private final long address;

  NativeBlock(Pointer slab, long address, long bytes) {
    super(bytes);
    this.slab = slab;
    this.address = address;
  }

  long address() {
    return address;
  }

  Pointer slab() {
    return slab;
  }
}
