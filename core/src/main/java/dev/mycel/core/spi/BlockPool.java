package dev.mycel.core.spi;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.MemoryStats;
import dev.mycel.core.Messages;
import dev.mycel.core.OutOfDeviceMemoryException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Keeps freed memory for the next request of its size class, under a byte budget that counts only
 * what was taken here.
 *
 * <p>Size classes are spaced by a quarter of a power of two, so a block is at most a quarter larger
 * than asked for. Blocks of small classes are cut many at a time from one slab, which stays.
 * Unreachable tensors return their blocks through a cleaner, which runs only after a collection;
 * because a loop may make little garbage on the Java heap and much outside it, the pool asks for
 * one collection when the live bytes have doubled since the last one, and once more, with a bounded
 * wait, before it gives up.
 *
 * @param <B> the backend's block
 */
public final class BlockPool<B extends BlockPool.Block> {
  /** A stretch of memory; subclasses add the address. */
  public abstract static class Block {
    private final long bytes;

    /** A block of that many usable bytes. */
    protected Block(long bytes) {
      this.bytes = bytes;
    }

    /** Usable bytes. */
    public final long bytes() {
      return bytes;
    }
  }

  /** Where memory comes from. */
  public interface Source<B extends Block> {
    /**
     * {@code count} blocks of {@code bytes} each from one stretch of memory, or null when the
     * system has none.
     */
    @Nullable List<B> allocate(long bytes, int count);

    /** Returns a block that was allocated alone. */
    void free(B block);
  }

  private static final long SMALLEST = 64;
  private static final long SLAB = 1L << 20;
  private static final long SMALL = 64L << 10;
  private static final long FIRST_COLLECTION = 512L << 20;
  private static final int WAITS = 40;

  /** Waits without a block that come when all is in use: a collection on suspicion ends there. */
  private static final int IDLE = 3;

  private static final int CLASSES = 4 * 64;

  private final String name;
  private final Source<B> source;
  private final ArrayDeque<B>[] free = newClasses();
  private final AtomicLong live = new AtomicLong();
  private final AtomicLong cached = new AtomicLong();
  private final AtomicLong blocks = new AtomicLong();
  private final AtomicInteger collecting = new AtomicInteger();
  private volatile long collectAt = FIRST_COLLECTION;
  private volatile long budget;

  /** An empty pool. */
  public BlockPool(String name, Source<B> source, long budget) {
    this.name = name;
    this.source = source;
    this.budget = budget;
  }

  /** A block of at least that many bytes, with undefined content. */
  public B take(long bytes) {
    int sizeClass = sizeClass(Math.max(bytes, SMALLEST));
    long size = classBytes(sizeClass);
    B block = cachedBlock(sizeClass);
    if (block == null) {
      block = freshBlock(sizeClass, size);
    }
    blocks.incrementAndGet();
    long now = live.addAndGet(size);
    if (now > collectAt) {
      collectGarbage(now);
    }
    return block;
  }

  /** Takes a block back. */
  public void give(B block) {
    int sizeClass = sizeClass(block.bytes());
    live.addAndGet(-block.bytes());
    blocks.decrementAndGet();
    cached.addAndGet(block.bytes());
    ArrayDeque<B> list = free[sizeClass];
    synchronized (list) {
      list.push(block);
    }
  }

  /** Bytes live and cached, and the budget. */
  public MemoryStats stats() {
    return new MemoryStats(live.get(), cached.get(), budget, blocks.get());
  }

  /** Sets the budget in bytes, at least one. */
  public void budget(long bytes) {
    if (bytes <= 0) {
      throw new ArgumentException("setMemoryBudget: the budget must be positive, got " + bytes);
    }
    budget = bytes;
    if (live.get() + cached.get() > bytes) {
      trim();
    }
  }

  /** Returns the cached blocks that were allocated alone to the system. */
  public void trim() {
    for (int c = 0; c < CLASSES; c++) {
      if (classBytes(c) <= SMALL) {
        continue;
      }
      ArrayDeque<B> list = free[c];
      synchronized (list) {
        for (B block = list.poll(); block != null; block = list.poll()) {
          cached.addAndGet(-block.bytes());
          source.free(block);
        }
      }
    }
  }

  private @Nullable B cachedBlock(int sizeClass) {
    ArrayDeque<B> list = free[sizeClass];
    B block;
    synchronized (list) {
      block = list.poll();
    }
    if (block != null) {
      cached.addAndGet(-block.bytes());
    }
    return block;
  }

  private B freshBlock(int sizeClass, long size) {
    int count = size <= SMALL ? (int) Math.max(1, SLAB / size) : 1;
    if (live.get() + cached.get() + size * count > budget) {
      trim();
      if (live.get() + cached.get() + size > budget) {
        collectAndWait(size);
        B returned = cachedBlock(sizeClass);
        if (returned != null) {
          return returned;
        }
        trim();
      }
      if (live.get() + cached.get() + size > budget) {
        throw exhausted(size, "the memory budget does not allow it");
      }
      count = 1;
    }
    List<B> made = source.allocate(size, count);
    if (made == null) {
      trim();
      collectAndWait(size);
      trim();
      made = source.allocate(size, 1);
    }
    if (made == null) {
      throw exhausted(size, "the system has no such memory");
    }
    if (made.size() > 1) {
      ArrayDeque<B> list = free[sizeClass];
      synchronized (list) {
        list.addAll(made.subList(1, made.size()));
      }
      cached.addAndGet(size * (made.size() - 1));
    }
    return made.get(0);
  }

  private OutOfDeviceMemoryException exhausted(long size, String why) {
    return new OutOfDeviceMemoryException(
        Messages.of("allocate: " + why)
            .line("asked for", size + " bytes on " + name)
            .line("in use   ", live.get() + " bytes in " + blocks.get() + " blocks")
            .line("cached   ", cached.get() + " bytes")
            .line("budget   ", budget + " bytes")
            .hint(
                "use smaller batches, keep fewer tensors, or raise the budget with Mycel.setMemoryBudget")
            .text());
  }

  private void collectGarbage(long now) {
    if (!collecting.compareAndSet(0, 1)) {
      return;
    }
    try {
      collectAndWait(Math.max(1, now / 8), IDLE);
      collectAt = Math.max(FIRST_COLLECTION, 2 * live.get());
    } finally {
      collecting.set(0);
    }
  }

  private void collectAndWait(long wanted) {
    collectAndWait(wanted, WAITS);
  }

  /**
   * One collection, and at most a fifth of a second for the cleaner to return that many bytes.
   *
   * @param idle after how many waits in which nothing came back it is given up
   */
  private void collectAndWait(long wanted, int idle) {
    long before = live.get();
    long last = before;
    int waits = 0;
    System.gc();
    for (int i = 0; i < WAITS && waits < idle && before - live.get() < wanted; i++) {
      waits = live.get() < last ? 0 : waits + 1;
      last = live.get();
      try {
        Thread.sleep(5);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  /**
   * Least class whose blocks hold that many bytes: classes are 1, 1.25, 1.5 and 1.75 times a power
   * of two.
   */
  static int sizeClass(long bytes) {
    int log = 63 - Long.numberOfLeadingZeros(bytes);
    long step = Math.max(1L << log >> 2, 1);
    long over = bytes - (1L << log);
    int quarter = (int) ((over + step - 1) / step);
    return 4 * log + quarter;
  }

  static long classBytes(int sizeClass) {
    int log = sizeClass >> 2;
    return (1L << log) + (long) (sizeClass & 3) * (1L << log >> 2);
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // a generic array is made through its erasure
  private static <B> ArrayDeque<B>[] newClasses() {
    ArrayDeque<B>[] classes = new ArrayDeque[CLASSES + 4];
    for (int i = 0; i < classes.length; i++) {
      classes[i] = new ArrayDeque<>();
    }
    return classes;
  }
}
