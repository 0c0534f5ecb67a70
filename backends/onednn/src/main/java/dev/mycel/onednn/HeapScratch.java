package dev.mycel.onednn;

import java.lang.ref.SoftReference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Java arrays for the length of one kernel call. They are used again by later calls: made anew,
 * those of a convolution alone would be ten megabytes of garbage in a training step, and the heap
 * grows with that. A call may take them in several threads.
 */
final class HeapScratch implements AutoCloseable {
  /** Floats that are kept at most: 16 MiB. */
  private static final long MOST = 1L << 22;

  /** Idle arrays by length; a short heap may forget them. */
  private static final class Idle {
    final Map<Integer, Queue<float[]>> arrays = new ConcurrentHashMap<>();
    final AtomicLong floats = new AtomicLong();
  }

  private static SoftReference<Idle> kept = new SoftReference<>(new Idle());

  private final Idle idle = idle();
  private final List<float[]> taken = new ArrayList<>();

  private static synchronized Idle idle() {
    Idle known = kept.get();
    if (known == null) {
      known = new Idle();
      kept = new SoftReference<>(known);
    }
    return known;
  }

  /** Zeros until the call ends. */
  float[] zeros(int length) {
    Queue<float[]> queue = idle.arrays.get(length);
    float[] array = queue == null ? null : queue.poll();
    if (array == null) {
      array = new float[length];
    } else {
      idle.floats.addAndGet(-length);
      Arrays.fill(array, 0);
    }
    synchronized (taken) {
      taken.add(array);
    }
    return array;
  }

  /** Several arrays of zeros until the call ends. */
  float[][] zeros(int count, int length) {
    float[][] arrays = new float[count][];
    for (int i = 0; i < count; i++) {
      arrays[i] = zeros(length);
    }
    return arrays;
  }

  @Override
  public void close() {
    synchronized (taken) {
      for (float[] array : taken) {
        if (idle.floats.addAndGet(array.length) <= MOST) {
          idle.arrays.computeIfAbsent(array.length, n -> new ConcurrentLinkedQueue<>()).add(array);
        } else {
          idle.floats.addAndGet(-array.length);
        }
      }
      taken.clear();
    }
  }
}
