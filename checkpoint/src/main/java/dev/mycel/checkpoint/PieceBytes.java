package dev.mycel.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/** The content of an entry, whose pieces lie in several records and may end within an element. */
final class PieceBytes implements StoredTensors.Content {
  private final Trailer.Content content;
  private final List<Stored.Piece> pieces;
  private final ByteBuffer block;
  private int piece;
  private long within;

  PieceBytes(Trailer.Content content, Stored stored) {
    this.content = content;
    this.pieces = stored.pieces();
    this.block = Elements.block(stored.bytes());
  }

  @Override
  public ByteBuffer next(int bytes) throws IOException {
    block.clear();
    while (block.position() < bytes) {
      Stored.Piece from = pieces.get(piece);
      int n = (int) Math.min(bytes - block.position(), from.length() - within);
      block.limit(block.position() + n);
      content.read(block, from.offset() + within);
      within += n;
      if (within == from.length()) {
        piece++;
        within = 0;
      }
    }
    return block.flip();
  }
}
