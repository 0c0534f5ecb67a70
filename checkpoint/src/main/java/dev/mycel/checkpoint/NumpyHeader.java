package dev.mycel.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What stands before the elements of an array: six magic bytes, the version, the length of a text,
 * and the text, which is a dict in Python.
 *
 * @param type the element type
 * @param fortran whether the first axis varies fastest
 * @param shape the extents
 * @param length bytes of the whole header
 * @param content bytes of the elements
 */
record NumpyHeader(NumpyType type, boolean fortran, List<Long> shape, long length, long content) {
  static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};

  /** Magic, version, and the length in two bytes; from version 2 on it has four. */
  private static final int PREFIX = MAGIC.length + 4;

  /** The bytes of an array, one after the other. */
  interface Input {
    /** Fills the buffer, which is on the heap, with the next bytes. */
    void read(ByteBuffer into) throws IOException;
  }

  /** Makes an error for a byte of an array. */
  interface Failure {
    CheckpointException at(long position, String what, String hint);
  }

  private static final String AGAIN = "the file is damaged: save or copy it again";

  /**
   * Reads a header, and compares it with the size of what it stands in.
   *
   * @param size bytes of header and elements together
   * @param most bytes that a header may have
   */
  static NumpyHeader read(Input in, long size, long most, Limits limits, Failure failure)
      throws IOException {
    if (size < PREFIX) {
      throw failure.at(0, "an array has " + size + " bytes, its header begins with 10", AGAIN);
    }
    ByteBuffer start = next(in, PREFIX);
    if (!start.slice(0, MAGIC.length).equals(ByteBuffer.wrap(MAGIC))) {
      throw failure.at(0, "this is no array: it does not begin with 93 and NUMPY", AGAIN);
    }
    int major = start.get(MAGIC.length);
    int minor = start.get(MAGIC.length + 1);
    if (major < 1 || major > 3 || minor != 0) {
      throw failure.at(
          MAGIC.length,
          "the version of an array is " + (major & 0xff) + "." + (minor & 0xff),
          "known are 1.0, 2.0 and 3.0; save it again with np.save");
    }
    int prefix = PREFIX;
    long length = start.getShort(MAGIC.length + 2) & 0xffff;
    if (major > 1) {
      prefix += 2;
      if (size < prefix) {
        throw failure.at(0, "an array has " + size + " bytes, its header begins with 12", AGAIN);
      }
      length |= (next(in, 2).getShort(0) & 0xffffL) << 16;
    }
    byte[] text = text(in, prefix, length, size, most, failure);
    int before = prefix;
    NumpyLiteral.Described described =
        NumpyLiteral.parse(
            text, limits.depth, (position, what) -> failure.at(before + position, what, AGAIN));
    long content = size - prefix - length;
    check(described, content, failure);
    return new NumpyHeader(
        described.type(), described.fortran(), described.shape(), prefix + length, content);
  }

  private static byte[] text(
      Input in, int prefix, long length, long size, long most, Failure failure) throws IOException {
    if (length > size - prefix) {
      throw failure.at(
          MAGIC.length + 2,
          "the header shall have "
              + length
              + " bytes, there are "
              + (size - prefix)
              + " after its length",
          AGAIN);
    }
    if (length > Math.min(most, StoredTensors.MOST_ELEMENTS)) {
      throw failure.at(
          MAGIC.length + 2,
          "the header has " + length + " bytes, " + most + " are allowed",
          "if it shall be so long, raise Limits.headerBytes");
    }
    byte[] text = new byte[(int) length];
    in.read(ByteBuffer.wrap(text));
    return text;
  }

  private static ByteBuffer next(Input in, int bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    in.read(buffer);
    return buffer.flip();
  }

  /** Refuses an array that has not as many bytes as its shape needs. */
  private static void check(NumpyLiteral.Described described, long content, Failure failure) {
    NumpyType type = described.type();
    List<Long> shape = described.shape();
    long elements = StoredTensors.elements(shape);
    if (elements >= 0 && type.bytes() < 0) {
      return;
    }
    long needed = type.bytes(elements);
    if (needed < 0) {
      throw failure.at(0, "shape " + shape + " of " + type.name() + " is beyond 2^63 bytes", AGAIN);
    }
    if (needed != content) {
      throw failure.at(
          0,
          "shape "
              + shape
              + " of "
              + type.name()
              + " needs "
              + needed
              + " bytes, "
              + content
              + " follow the header",
          needed < content
              ? "the file is damaged, or holds several arrays: save them with np.savez"
              : AGAIN);
    }
  }

  /** What callers see of the array. */
  CheckpointEntry entry(String name) {
    StoredType stored = type.stored();
    return new CheckpointEntry(
        name, type.name(), stored == null ? null : stored.loaded(), shape, content);
  }

  /**
   * The elements in row-major order and with their byte order.
   *
   * @param bytes those that follow the header
   */
  StoredTensors.Content elements(StoredTensors.Content bytes) {
    boolean turned = fortran && shape.size() > 1 && content > 0;
    return turned ? new Turned(bytes) : count -> bytes.next(count).order(type.order());
  }

  /** The bytes of the elements: in row-major order, but as they lie if nothing knows their type. */
  StoredTensors.Content bytes(StoredTensors.Content bytes) {
    return type.stored() == null ? bytes : elements(bytes);
  }

  /** Elements whose first axis varies fastest. */
  private final class Turned implements StoredTensors.Content {
    private final ByteBuffer block = Elements.block(content).order(type.order());
    private final ByteSource columns;
    private @Nullable StridedElements elements;

    Turned(StoredTensors.Content bytes) {
      columns = inOrder(bytes);
    }

    @Override
    public ByteBuffer next(int bytes) throws IOException {
      StridedElements rows = elements;
      if (rows == null) {
        rows = gathered();
        elements = rows;
      }
      block.clear().limit(bytes);
      rows.fill(block);
      return block.flip();
    }

    private StridedElements gathered() throws IOException {
      long[] extents = shape.stream().mapToLong(Long::longValue).toArray();
      long[] strides = new long[extents.length];
      long stride = type.bytes();
      for (int i = 0; i < extents.length; i++) {
        strides[i] = stride;
        stride *= extents[i];
      }
      return new StridedElements(extents, strides, (int) type.bytes(), columns, 0);
    }

    /** Dense elements are read from the first byte to the last, so a content serves. */
    private ByteSource inOrder(StoredTensors.Content bytes) {
      return new ByteSource() {
        @Override
        public long size() {
          return content;
        }

        @Override
        public void read(ByteBuffer into, long position) throws IOException {
          while (into.hasRemaining()) {
            into.put(bytes.next(Math.min(Elements.BLOCK, into.remaining())));
          }
        }
      };
    }
  }
}
