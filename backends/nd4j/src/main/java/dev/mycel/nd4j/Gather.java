package dev.mycel.nd4j;

import dev.mycel.core.DType;
import dev.mycel.core.Layout;
import dev.mycel.core.Shape;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The elements of an array whose neighbours lie apart, row-major, piece by piece: ND4J gathers them
 * into the piece itself where that is native memory and holds whole entries of the first axis, else
 * into an array of its own that is copied from.
 */
final class Gather implements AutoCloseable {
  private final INDArray array;
  private final DType dtype;
  private final Shape shape;

  /** Elements of an entry of the first axis. */
  private final long entry;

  /** Whether no element repeats and none lies before the first. */
  private final boolean forward;

  private @Nullable INDArray dense;
  private long done;

  /** Of an array that has at least one axis and one element. */
  Gather(INDArray array, DType dtype, Shape shape) {
    this.array = array;
    this.dtype = dtype;
    this.shape = shape;
    this.entry = shape.size() / shape.dim(0);
    this.forward = Arrays.stream(array.stride()).allMatch(stride -> stride > 0);
  }

  /** Fills the rest of a piece with the elements that follow. */
  void read(ByteBuffer piece) {
    long count = piece.remaining() / dtype.bytes();
    if (forward && piece.isDirect() && done % entry == 0 && count % entry == 0) {
      gather(piece, done / entry, count / entry);
    } else {
      long from = ArrayChecks.address(dense()) + done * dtype.bytes();
      Runs.one(from, piece.remaining()).read(piece);
    }
    piece.position(piece.limit());
    done += count;
  }

  /** Some entries of the first axis. */
  private void gather(ByteBuffer piece, long first, long entries) {
    Shape part = shape.with(0, entries);
    long from = ArrayChecks.address(array) + first * array.stride(0) * dtype.bytes();
    INDArray source = SharedArray.over(dtype, from, Layout.of(part, array.stride(), 0));
    INDArray target = SharedArray.over(dtype, Memory.address(piece), Layout.contiguous(part));
    target.assign(source);
    target.close();
    source.close();
  }

  private INDArray dense() {
    INDArray known = dense;
    if (known == null) {
      known = array.dup('c');
      dense = known;
    }
    return known;
  }

  @Override
  public void close() {
    INDArray known = dense;
    if (known != null) {
      known.close();
    }
  }
}
