package dev.mycel.nd4j;

import dev.mycel.core.DType;
import dev.mycel.core.spi.BlockPool;

/** Elements in memory that came from the pool and goes back there. */
final class PooledStorage extends NativeStorage {
  private final BlockPool<NativeBlock> pool;
  private final NativeBlock block;

  PooledStorage(BlockPool<NativeBlock> pool, DType dtype, long size) {
    super(dtype, size);
    this.pool = pool;
    this.block = pool.take(Math.multiplyExact(size, dtype.bytes()));
  }

  @Override
  long address() {
    return block.address();
  }

  @Override
  protected void free() {
    pool.give(block);
  }
}
