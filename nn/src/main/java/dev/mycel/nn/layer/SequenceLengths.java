package dev.mycel.nn.layer;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.DType;
import dev.mycel.core.DTypeException;
import dev.mycel.core.Messages;
import dev.mycel.core.Ops;
import dev.mycel.core.Shape;
import dev.mycel.core.ShapeException;
import dev.mycel.core.Tensor;

/** The true lengths of padded sequences, and what follows for states [T, N, features]. */
final class SequenceLengths {
  private final int steps;
  private final int batch;
  private final Tensor reversed;
  private final Tensor last;
  private final Tensor inside;

  /** Checks the lengths [N] of sequences of at most that many steps. */
  SequenceLengths(String layer, Tensor lengths, long steps, long batch) {
    if (lengths.dtype() != DType.INT32 && lengths.dtype() != DType.INT64) {
      throw new DTypeException(
          layer + ": seqLength must be int32 or int64, got " + lengths.dtype());
    }
    if (!lengths.shape().equals(Shape.of(batch))) {
      throw new ShapeException(
          Messages.of(layer + ": seqLength needs one length for each sequence")
              .line("found   ", lengths.shape())
              .line("expected", Shape.of(batch))
              .text());
    }
    this.steps = Math.toIntExact(steps);
    this.batch = Math.toIntExact(batch);
    long[] n = lengths.cast(DType.INT64).toLongArray();
    for (int i = 0; i < n.length; i++) {
      if (n[i] < 1 || n[i] > steps) {
        throw new ArgumentException(
            Messages.of(layer + ": a length in seqLength is out of range")
                .line("sequence", i)
                .line("length  ", n[i])
                .hint("lengths are at least 1 and at most the " + steps + " steps of the input")
                .text());
      }
    }
    long[] back = new long[this.steps * this.batch];
    long[] ends = new long[this.batch];
    boolean[] real = new boolean[back.length];
    for (int i = 0; i < this.batch; i++) {
      ends[i] = (n[i] - 1) * batch + i;
      for (int t = 0; t < this.steps; t++) {
        int row = t * this.batch + i;
        real[row] = t < n[i];
        back[row] = real[row] ? (n[i] - 1 - t) * batch + i : row;
      }
    }
    reversed = Tensor.of(back, DType.INT64, back.length);
    last = Tensor.of(ends, DType.INT64, ends.length);
    inside = Tensor.of(real, steps, batch, 1);
  }

  /** Each sequence backwards within its length; twice gives the sequences again. */
  Tensor reverse(Tensor x) {
    return Ops.gather(rows(x), reversed, 0).reshape(x.shape());
  }

  /** The states [N, features] at the ends. */
  Tensor last(Tensor x) {
    return Ops.gather(rows(x), last, 0);
  }

  /** Zeros beyond the ends. */
  Tensor cut(Tensor x) {
    return Ops.where(inside, x, 0);
  }

  private Tensor rows(Tensor x) {
    return x.reshape((long) steps * batch, x.dim(2));
  }
}
