package dev.mycel.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The content of an entry, whose pieces lie in several records and may end within an element. */
final class PieceBytes implements StoredTensors.Content {
  private final Trailer.Content content;
  private final List<Stored.Piece> pieces;
  private final long size;
  private @Nullable ByteBuffer block;
  private int piece;
  private long within;

  PieceBytes(Trailer.Content content, Stored stored) {
    this.content = content;
    this.pieces = stored.pieces();
    this.size = stored.bytes();
  }

  @Override
  public ByteBuffer next(int bytes) throws IOException {
    ByteBuffer into = block;
    if (into == null) {
      into = Elements.block(size);
      block = into;
    }
    read(into.clear().limit(bytes));
    return into.flip();
  }

  @Override
  public void fill(ByteBuffer into, int width) throws IOException {
    if (ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN) {
      read(into);
    } else {
      StoredTensors.Content.super.fill(into, width);
    }
  }

  private void read(ByteBuffer into) throws IOException {
    int end = into.limit();
    while (into.position() < end) {
      Stored.Piece from = pieces.get(piece);
      int n = (int) Math.min(end - into.position(), from.length() - within);
      into.limit(into.position() + n);
      content.read(into, from.offset() + within);
      within += n;
      if (within == from.length()) {
        piece++;
        within = 0;
      }
    }
  }
}
