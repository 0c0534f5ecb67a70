package dev.mycel.nd4j;

import dev.mycel.core.spi.BlockPool;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;

/**
 * Takes memory from the C library. ND4J's buffers would be freed by its collector of references,
 * and JavaCPP's own accounting would ask for garbage collections: both are kept out of it.
 */
final class MemorySource implements BlockPool.Source<NativeBlock> {
  private static final long ALIGNMENT = 64;

  @Override
  public @Nullable List<NativeBlock> allocate(long bytes, int count) {
    long stride = (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    Pointer slab = Pointer.malloc(stride * count + ALIGNMENT);
    if (slab == null || slab.isNull()) {
      return null;
    }
    long base = (slab.address() + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    List<NativeBlock> blocks = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      blocks.add(new NativeBlock(slab, base + i * stride, bytes));
    }
    return blocks;
  }

  @Override
  public void free(NativeBlock block) {
    Pointer.free(block.slab());
  }
}
