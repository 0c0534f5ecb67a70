package dev.mycel.checkpoint;

import java.util.List;

/**
 * An entry as it stands in a file.
 *
 * @param name the name
 * @param dims extents as written
 * @param type name of the element type; empty for a table of keys and values
 * @param pieces where the content lies, in order
 * @param offset where the first record begins
 */
record Stored(String name, List<Long> dims, String type, List<Piece> pieces, long offset) {
  /** A part of the content. */
  record Piece(long offset, long length) {}

  /** Bytes of the whole content. */
  long bytes() {
    long sum = 0;
    for (Piece piece : pieces) {
      sum += piece.length();
    }
    return sum;
  }
}
