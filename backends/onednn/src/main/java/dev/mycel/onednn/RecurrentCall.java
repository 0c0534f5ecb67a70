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

  /** The rows of one step: one for each sequence. */
  record Rows(Buffer buffer, long start, int width) {
    void read(long sequence, float[] to) {
      Chunks.read(buffer, start + sequence * width, to, width);
    }

    void write(long sequence, float[] from) {
      Chunks.write(buffer, start + sequence * width, from, width);
    }
  }

  /**
   * A result, and the float32 memory that its rows are written to: the result itself if that is
   * float32, else memory for all steps or for one at a time.
   *
   * @param size elements of a step
   */
  record Output(Buffer stored, Buffer wide, long size, int width) {
    /** Where the rows of a step begin in the result. */
    long address(long t) {
      return RecurrentCall.address(stored) + t * size * stored.dtype().bytes();
    }

    /** Where float32 rows of a step begin. */
    long wideAddress(long t) {
      return RecurrentCall.address(wide) + start(t) * Float.BYTES;
    }

    /** The float32 rows of a step. */
    Rows rows(long t) {
      return new Rows(wide, start(t), width);
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

  /** The rows of one step of float32 numbers [T, N, width] or [N, width]. */
  Rows rows(Buffer floats, long t, int width) {
    return new Rows(floats, t * batch * width, width);
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
    return new Output(stored, wide, batch * width, width);
  }

  /** Rounds all float32 rows into the result. */
  void round(Output out) {
    round(out, 0, out.stored().size());
  }

  /** Rounds the float32 rows of a step into the result. */
  void round(Output out, long t) {
    round(out, t, out.size());
  }

  private void round(Output out, long t, long size) {
    DType type = out.stored().dtype();
    if (type != DType.FLOAT32) {
      convert(DType.FLOAT32, address(out.wide()), type, out.address(t), size);
    }
  }

  private void convert(DType from, long source, DType to, long target, long size) {
    backend.reorder().run(Desc.dense(from, size), source, Desc.dense(to, size), target);
  }

  /** Address of native memory of ours. */
  static long address(Buffer b) {
    return ((NativeStorage) b.storage()).address();
  }

  /** Runs work on all sequences of a step, in several threads if it is enough. */
  void each(Team.Range sequences) {
    Team.run(batch, Math.max(1, PIECE / hidden), sequences);
  }

  @Override
  public void close() {
    staging.close();
  }
}
