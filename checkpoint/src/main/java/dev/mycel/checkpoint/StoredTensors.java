package dev.mycel.checkpoint;

import dev.mycel.core.DType;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.function.Function;

/** Checks what a file announces of a tensor, and makes the tensor of its bytes. */
final class StoredTensors {
  /** More could not be one Java array, which tensors are made from. */
  static final int MOST_ELEMENTS = Integer.MAX_VALUE - 8;

  /** Axes that a tensor may have. */
  static final int MOST_AXES = 64;

  /** The bytes of one content, in row-major order. */
  interface Content {
    /**
     * The next bytes, in the byte order of the content; the buffer is valid until the next call.
     *
     * @param bytes how many whole elements have: at most {@link Elements#BLOCK}, and what is left
     */
    ByteBuffer next(int bytes) throws IOException;

    /**
     * Fills a buffer with the next elements in the native byte order.
     *
     * @param width bytes of an element
     */
    default void fill(ByteBuffer into, int width) throws IOException {
      while (into.hasRemaining()) {
        ByteBuffer from = next(Math.min(into.remaining(), Elements.BLOCK));
        if (from.order() == ByteOrder.nativeOrder()) {
          into.put(from);
        } else {
          Elements.swap(from, width, into);
        }
      }
    }
  }

  private StoredTensors() {}

  /**
   * Number of elements.
   *
   * @return the product of the extents, or -1 if one is negative, there are more than {@link
   *     #MOST_AXES}, or the extents that are not 0 have a product beyond 2^63
   */
  static long elements(List<Long> dims) {
    if (dims.size() > MOST_AXES) {
      return -1;
    }
    long product = 1;
    boolean empty = false;
    for (long dim : dims) {
      if (dim < 0 || dim != 0 && product > Long.MAX_VALUE / dim) {
        return -1;
      }
      empty |= dim == 0;
      product *= dim == 0 ? 1 : dim;
    }
    return empty ? 0 : product;
  }

  /** Bytes of that many elements, or -1 if they are beyond 2^63 or end within a byte. */
  static long bytes(StoredType type, long elements) {
    if (elements < 0 || elements > Long.MAX_VALUE / type.bits()) {
      return -1;
    }
    long bits = elements * type.bits();
    return bits % 8 == 0 ? bits / 8 : -1;
  }

  /**
   * The tensor of an entry whose shape was checked and whose content has as many bytes as the shape
   * needs.
   *
   * @param offset where the content begins, for messages
   */
  static Tensor load(
      CheckpointFile file, CheckpointEntry entry, StoredType type, long offset, Content content)
      throws IOException {
    DType dtype = type.loaded();
    if (dtype == null) {
      throw file.unloadable(entry);
    }
    long size = elements(entry.shape());
    if (size < 0 || size > MOST_ELEMENTS) {
      throw file.problems()
          .entry(
              entry.name(),
              offset,
              "a tensor of shape "
                  + entry.shape()
                  + " has more than "
                  + MOST_ELEMENTS
                  + " elements",
              "split it before it is saved");
    }
    return load(
        type,
        dtype,
        Shape.of(entry.shape()),
        content,
        what -> file.problems().entry(entry.name(), offset, what, "leave the entry out"));
  }

  /**
   * The bytes of an entry as a vector, in the order of their elements.
   *
   * @param offset where the content begins, for messages
   */
  static Tensor bytes(CheckpointFile file, CheckpointEntry entry, long offset, Content content)
      throws IOException {
    if (entry.bytes() > MOST_ELEMENTS) {
      throw file.problems()
          .entry(
              entry.name(),
              offset,
              entry.bytes() + " bytes are more than the " + MOST_ELEMENTS + " of one tensor",
              "load it with tensor(name)");
    }
    return Interpreters.root()
        .fromBytes(
            DType.UINT8,
            Shape.of(entry.bytes()),
            piece -> {
              while (piece.hasRemaining()) {
                piece.put(content.next(Math.min(piece.remaining(), Elements.BLOCK)));
              }
            });
  }

  /**
   * The tensor of a content that has as many bytes as the shape needs.
   *
   * @param dtype what the type is loaded as
   * @param refusal makes an error of what is wrong with an element
   */
  static Tensor load(
      StoredType type,
      DType dtype,
      Shape shape,
      Content content,
      Function<String, CheckpointException> refusal)
      throws IOException {
    int width = type.bits() / Byte.SIZE;
    if (type.isOwn()) {
      return Interpreters.root().fromBytes(dtype, shape, piece -> content.fill(piece, width));
    }
    long[] at = {0};
    return Interpreters.root()
        .fromBytes(
            dtype,
            shape,
            piece -> {
              while (piece.hasRemaining()) {
                int count = Math.min(Elements.BLOCK / width, piece.remaining() / dtype.bytes());
                int taken = type.widen(content.next(count * width), piece, count);
                if (taken < count) {
                  throw refusal.apply(
                      "element " + (at[0] + taken) + " is 2^63 or more, which no int64 can be");
                }
                at[0] += count;
              }
            });
  }

  /** A content that lies in a file from an offset on, the lowest byte of an element first. */
  static Content at(Trailer.Content file, long offset, long bytes) {
    return new FileContent(file, offset, bytes);
  }

  private static final class FileContent extends LittleEndianContent {
    private final Trailer.Content file;
    private long position;

    FileContent(Trailer.Content file, long offset, long bytes) {
      super(bytes);
      this.file = file;
      this.position = offset;
    }

    @Override
    void read(ByteBuffer into) throws IOException {
      int count = into.remaining();
      file.read(into, position);
      position += count;
    }
  }
}
