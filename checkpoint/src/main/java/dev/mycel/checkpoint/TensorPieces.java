package dev.mycel.checkpoint;

import dev.mycel.core.Interpreters;
import dev.mycel.core.Scope;
import dev.mycel.core.Tensor;
import java.io.IOException;
import java.util.Arrays;

/**
 * Takes the elements of a tensor out in row-major order, in arrays of one block at most: a large
 * tensor never lies on the Java heap as a whole, and one with strides is never copied as a whole.
 */
final class TensorPieces {
  /** Takes one piece. */
  interface Sink {
    /**
     * The next elements.
     *
     * @param array a flat array of them
     */
    void take(Object array, int count) throws IOException;
  }

  private TensorPieces() {}

  /** All elements of a tensor of the bottom interpreter. */
  static void of(Tensor tensor, Sink sink) throws IOException {
    int most = Elements.BLOCK / tensor.dtype().bytes();
    if (tensor.size() <= most) {
      sink.take(Interpreters.root().toHost(tensor), (int) tensor.size());
    } else if (Interpreters.root().layout(tensor).isContiguous()) {
      try (Scope scope = Scope.open()) {
        alongFirstAxis(Interpreters.readable(tensor.reshape(-1)), most, sink);
      }
    } else {
      long row = tensor.size() / tensor.dim(0);
      alongFirstAxis(tensor, Math.max(1, most / row), sink);
    }
  }

  /** A slice that is still too large is itself taken in pieces. */
  private static void alongFirstAxis(Tensor tensor, long rows, Sink sink) throws IOException {
    long all = tensor.dim(0);
    for (long at = 0; at < all; at += rows) {
      try (Scope scope = Scope.open()) {
        Tensor slice = tensor.narrow(0, at, Math.min(rows, all - at));
        if (rows == 1 && tensor.rank() > 1) {
          long[] dims = tensor.shape().dims();
          slice = slice.reshape(Arrays.copyOfRange(dims, 1, dims.length));
        }
        of(Interpreters.readable(slice), sink);
      }
    }
  }
}
