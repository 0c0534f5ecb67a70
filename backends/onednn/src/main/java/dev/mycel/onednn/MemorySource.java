package dev.mycel.onednn;

import dev.mycel.core.spi.BlockPool;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;

/** Takes memory from the C library; JavaCPP's own accounting and collection are kept out of it. */
final class MemorySource implements BlockPool.Source<NativeBlock> {
  private static final long ALIGNMENT = 64;

  @Override
  public @Nullable List<NativeBlock> allocate(long bytes, int count) {
    boolean huge = count == 1 && HugePages.serve(bytes);
    long alignment = huge ? HugePages.PAGE : ALIGNMENT;
    long stride = (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    Pointer slab = Pointer.malloc(stride * count + alignment);
    if (slab == null || slab.isNull()) {
      return null;
    }
    long base = (slab.address() + alignment - 1) / alignment * alignment;
    if (huge) {
      HugePages.ask(base, bytes);
    }
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
