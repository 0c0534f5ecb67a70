package dev.mycel.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/** The content of an entry, whose pieces lie in several records and may end within an element. */
final class PieceBytes extends LittleEndianContent {
  private final Trailer.Content content;
  private final List<Stored.Piece> pieces;
  private int piece;
  private long within;

  PieceBytes(Trailer.Content content, Stored stored) {
    super(stored.bytes());
    this.content = content;
    this.pieces = stored.pieces();
  }

  @Override
  void read(ByteBuffer into) throws IOException {
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
