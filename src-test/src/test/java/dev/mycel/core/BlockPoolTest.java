package dev.mycel.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.core.spi.BlockPool;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The pool of memory blocks, over a source that only counts. */
class BlockPoolTest {
  private static final class Block extends BlockPool.Block {
    Block(long bytes) {
      super(bytes);
    }
  }

  private static final class Counting implements BlockPool.Source<Block> {
    long allocated;
    long freed;
    long limit = Long.MAX_VALUE;

    @Override
    public @Nullable List<Block> allocate(long bytes, int count) {
      if (allocated - freed + bytes * count > limit) {
        return null;
      }
      allocated += bytes * count;
      List<Block> made = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        made.add(new Block(bytes));
      }
      return made;
    }

    @Override
    public void free(Block block) {
      freed += block.bytes();
    }
  }

  private final Counting source = new Counting();

  private BlockPool<Block> pool(long budget) {
    return new BlockPool<>("test", source, budget);
  }

  @Test
  void blocksAreAtMostAQuarterLargerThanAskedFor() {
    BlockPool<Block> pool = pool(Long.MAX_VALUE);
    for (long bytes = 64; bytes < 1L << 34; bytes = bytes * 9 / 8 + 1) {
      Block b = pool.take(bytes);
      assertTrue(b.bytes() >= bytes && b.bytes() <= bytes + bytes / 4 + 1, "for " + bytes);
      pool.give(b);
      pool.trim();
    }
    assertEquals(64, pool.take(0).bytes());
  }

  @Test
  void freedBlocksAreGivenOutAgain() {
    BlockPool<Block> pool = pool(Long.MAX_VALUE);
    Block first = pool.take(1 << 20);
    pool.give(first);
    assertSame(first, pool.take(1 << 20));
    assertNotSame(first, pool.take(1 << 20));
    assertEquals(2 << 20, source.allocated);
  }

  @Test
  void statisticsCountLiveAndCachedBytes() {
    BlockPool<Block> pool = pool(1L << 30);
    Block big = pool.take(1 << 20);
    Block other = pool.take(1 << 20);
    assertEquals(new MemoryStats(2 << 20, 0, 1L << 30, 2), pool.stats());
    pool.give(big);
    assertEquals(new MemoryStats(1 << 20, 1 << 20, 1L << 30, 1), pool.stats());
    pool.give(other);
    pool.trim();
    assertEquals(new MemoryStats(0, 0, 1L << 30, 0), pool.stats());
    assertEquals(source.allocated, source.freed);
  }

  @Test
  void smallBlocksComeFromOneSlabThatStays() {
    BlockPool<Block> pool = pool(Long.MAX_VALUE);
    Block small = pool.take(100);
    assertEquals(1.0 * (1 << 20), (double) source.allocated, 128);
    pool.give(small);
    pool.trim();
    assertEquals(0, source.freed);
  }

  @Test
  void budgetIsKeptByTrimmingFirstAndByRefusingThen() {
    BlockPool<Block> pool = pool(4 << 20);
    pool.give(pool.take(3 << 20));
    Block two = pool.take(2 << 20);
    assertEquals(3 << 20, source.freed);
    OutOfDeviceMemoryException e =
        assertThrows(OutOfDeviceMemoryException.class, () -> pool.take(3 << 20));
    assertTrue(e.getMessage().contains("budget"));
    pool.give(two);
    assertEquals(3 << 20, pool.take(3 << 20).bytes());
  }

  @Test
  void exhaustedSystemIsReported() {
    source.limit = 1 << 20;
    BlockPool<Block> pool = pool(Long.MAX_VALUE);
    assertThrows(OutOfDeviceMemoryException.class, () -> pool.take(2 << 20));
  }

  @Test
  void smallerBudgetGivesCachedMemoryBack() {
    BlockPool<Block> pool = pool(Long.MAX_VALUE);
    pool.give(pool.take(1 << 20));
    pool.budget(1 << 10);
    assertEquals(1 << 20, source.freed);
    assertEquals(1 << 10, pool.stats().budgetBytes());
  }
}
