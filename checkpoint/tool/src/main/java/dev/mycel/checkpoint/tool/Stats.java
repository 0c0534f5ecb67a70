package dev.mycel.checkpoint.tool;

import dev.mycel.core.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * What the elements of a tensor are like.
 *
 * @param min the least that is a number, null if there is none; whole for integers and bool
 * @param max the greatest
 * @param mean of those that are numbers
 * @param nan how many are none
 * @param infinite how many are infinite
 */
record Stats(
    @Nullable Number min, @Nullable Number max, @Nullable Double mean, long nan, long infinite) {
  static Stats of(Tensor tensor) {
    return tensor.dtype().isFloat() ? ofFloats(tensor) : ofIntegers(tensor);
  }

  private static Stats ofFloats(Tensor tensor) {
    Tensor flat = tensor.reshape(tensor.size());
    Floats seen = new Floats();
    Elements.blocks(tensor.size(), (at, count) -> seen.addAll(Elements.doubles(flat, at, count)));
    return seen.count == 0
        ? new Stats(null, null, null, seen.nan, 0)
        : new Stats(seen.min, seen.max, seen.sum / seen.count, seen.nan, seen.infinite);
  }

  private static Stats ofIntegers(Tensor tensor) {
    Tensor flat = tensor.reshape(tensor.size());
    Integers seen = new Integers();
    Elements.blocks(tensor.size(), (at, count) -> seen.addAll(Elements.longs(flat, at, count)));
    return tensor.size() == 0
        ? new Stats(null, null, null, 0, 0)
        : new Stats(seen.min, seen.max, seen.sum / tensor.size(), 0, 0);
  }

  private static final class Floats {
    private double min = Double.POSITIVE_INFINITY;
    private double max = Double.NEGATIVE_INFINITY;
    private double sum;
    private long count;
    private long nan;
    private long infinite;

    void addAll(double[] values) {
      for (double v : values) {
        if (Double.isNaN(v)) {
          nan++;
          continue;
        }
        min = Math.min(min, v);
        max = Math.max(max, v);
        sum += v;
        count++;
        infinite += Double.isInfinite(v) ? 1 : 0;
      }
    }
  }

  private static final class Integers {
    private long min = Long.MAX_VALUE;
    private long max = Long.MIN_VALUE;
    private double sum;

    void addAll(long[] values) {
      for (long v : values) {
        min = Math.min(min, v);
        max = Math.max(max, v);
        sum += v;
      }
    }
  }
}
