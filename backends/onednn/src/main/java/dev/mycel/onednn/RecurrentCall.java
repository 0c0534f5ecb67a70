package dev.mycel.onednn;

import dev.mycel.core.DType;
import dev.mycel.core.Layout;
import dev.mycel.core.Shape;
import dev.mycel.core.spi.Buffer;
import dev.mycel.core.spi.KernelCall;

/**
 * What kernels of recurrent layers share while one of them runs. Rows are computed in float32; of
 * half types, inputs are widened at the start, and results are rounded from float32 copies.
 */
final class RecurrentCall implements AutoCloseable {
  /** Elements of a state whose gates are worth a thread's attention: about ten microseconds. */
  private static final long PIECE = 4096;

  /** Sequences that make a thread of its own worth reading the whole weight in each step. */
  private static final int SEQUENCES = 8;

  /**
   * The rows of one step, one for each sequence.
   *
   * @param parts of H elements in a row: gates, say
   */
  record Rows(Buffer buffer, long start, int parts, int hidden) {
    void read(long sequence, int part, float[] to) {
      Chunks.read(buffer, at(sequence, part), to, hidden);
    }

    void read(long sequence, float[] to) {
      read(sequence, 0, to);
    }

    void write(long sequence, int part, float[] from) {
      Chunks.write(buffer, at(sequence, part), from, hidden);
    }

    void write(long sequence, float[] from) {
      write(sequence, 0, from);
    }

    private long at(long sequence, int part) {
      return start + (sequence * parts + part) * hidden;
    }
  }

  /**
   * A result, and the float32 memory that its rows are written to: the result itself if that is
   * float32, else memory for all steps or for one at a time.
   *
   * @param size elements of a step
   */
  record Output(Buffer stored, Buffer wide, long size, int parts, int hidden) {
    /** Where the row of a sequence is in the result. */
    long address(long t, long sequence) {
      return RecurrentCall.address(stored) + (t * size + row(sequence)) * stored.dtype().bytes();
    }

    /** Where the float32 row of a sequence is. */
    long wideAddress(long t, long sequence) {
      return RecurrentCall.address(wide) + (start(t) + row(sequence)) * Float.BYTES;
    }

    private long row(long sequence) {
      return sequence * parts * hidden;
    }

    /** The float32 rows of a step. */
    Rows rows(long t) {
      return new Rows(wide, start(t), parts, hidden);
    }

    private long start(long t) {
      return wide.size() == size ? 0 : t * size;
    }
  }

  private final KernelCall<?> call;
  private final OneDnnBackend backend;
  private final Staging staging;
  private final long steps;
  private final long batch;
  private final int hidden;

  /**
   * A call.
   *
   * @param y extents [T, N, H]
   */
  RecurrentCall(KernelCall<?> call, Shape y) {
    this.call = call;
    this.backend = (OneDnnBackend) call.backend();
    this.staging = new Staging(backend);
    this.steps = y.dim(0);
    this.batch = y.dim(1);
    this.hidden = (int) y.dim(2);
  }

  OneDnnBackend backend() {
    return backend;
  }

  Staging staging() {
    return staging;
  }

  long steps() {
    return steps;
  }

  long batch() {
    return batch;
  }

  int hidden() {
    return hidden;
  }

  /** Address of an input's first element in native memory. */
  long address(int input) {
    return staging.address(call.input(input));
  }

  /** An input's numbers in float32. */
  Buffer floats(int input) {
    Buffer b = call.input(input);
    if (b.dtype() == DType.FLOAT32) {
      return b;
    }
    Buffer wide = scratch(b.size());
    convert(b.dtype(), staging.address(b), DType.FLOAT32, address(wide), b.size());
    return wide;
  }

  /** The rows of one step of float32 numbers [T, N, parts * H] or [N, parts * H]. */
  Rows rows(Buffer floats, long t, int parts) {
    return new Rows(floats, t * batch * parts * hidden, parts, hidden);
  }

  /** Uninitialised float32 memory until the call ends. */
  Buffer scratch(long size) {
    NativeStorage storage = backend.allocateNative(DType.FLOAT32, size);
    staging.releaseLater(storage);
    return new Buffer(storage, Layout.contiguous(Shape.of(size)));
  }

  /** Allocates a result whose float32 rows are kept until {@link #round(Output)}. */
  Output output(int i) {
    return output(i, call.outputType(i).shape().size());
  }

  /** Allocates a result whose float32 rows are rounded step by step. */
  Output stepwise(int i) {
    Shape shape = call.outputType(i).shape();
    return output(i, batch * shape.dim(-1));
  }

  private Output output(int i, long kept) {
    DType type = call.outputType(i).dtype();
    Layout layout = Layout.contiguous(call.outputType(i).shape());
    NativeStorage storage = backend.allocateNative(type, layout.shape().size());
    call.output(i, storage, layout);
    Buffer stored = new Buffer(storage, layout);
    int width = (int) layout.shape().dim(-1);
    Buffer wide = type == DType.FLOAT32 ? stored : scratch(kept);
    return new Output(stored, wide, batch * width, width / hidden, hidden);
  }

  /** Rounds all float32 rows into the result. */
  void round(Output out) {
    DType type = out.stored().dtype();
    if (type != DType.FLOAT32) {
      long size = out.stored().size();
      convert(DType.FLOAT32, address(out.wide()), type, address(out.stored()), size);
    }
  }

  private void convert(DType from, long source, DType to, long target, long size) {
    backend.reorder().run(Desc.dense(from, size), source, Desc.dense(to, size), target);
  }

  /** Address of native memory of ours. */
  static long address(Buffer b) {
    return ((NativeStorage) b.storage()).address();
  }

  /**
   * Some of the sequences on their way through all steps.
   *
   * @param alone whether there is no other piece, so that each step may use several threads
   */
  record Piece(RecurrentCall call, long from, long to, StepProduct product, boolean alone) {
    /** Runs work on the sequences of a step. */
    void each(Team.Range sequences) {
      if (alone) {
        Team.run(to, Math.max(1, PIECE / call.hidden), sequences);
      } else {
        sequences.run(from, to);
      }
    }

    /** Rounds the float32 rows of a step into the result. */
    void round(Output out, long t) {
      DType type = out.stored().dtype();
      if (type != DType.FLOAT32) {
        long size = (to - from) * out.parts() * out.hidden();
        call.convert(DType.FLOAT32, out.wideAddress(t, from), type, out.address(t, from), size);
      }
    }
  }

  /** What happens to a piece. */
  interface Sweep {
    void run(Piece piece);
  }

  /**
   * Takes all sequences through all steps. Sequences do not know of each other, so threads that get
   * enough of them need not meet before the end; else threads share each step's product.
   */
  void sweep(StepProduct.Form form, Sweep sweep) {
    int threads = OmpThreads.count();
    long pieces = batch >= (long) SEQUENCES * threads ? threads : 1;
    long grain = (batch + pieces - 1) / pieces;
    long count = (batch + grain - 1) / grain;
    long rest = batch - (count - 1) * grain;
    boolean several = count > 1;
    StepProduct product = StepProduct.of(this, form, grain, several);
    StepProduct last = rest == grain ? product : StepProduct.of(this, form, rest, several);
    Team.run(
        count,
        1,
        (from, to) -> {
          for (long k = from; k < to; k++) {
            boolean end = k == count - 1;
            long start = k * grain;
            long until = end ? batch : start + grain;
            sweep.run(new Piece(this, start, until, end ? last : product, !several));
          }
        });
  }

  @Override
  public void close() {
    staging.close();
  }
}
