package dev.mycel.checkpoint;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.DType;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Messages;
import dev.mycel.core.Scope;
import dev.mycel.core.Tensor;
import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.CheckedOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Writes arrays with the bytes that NumPy 1.24 and later write, and archives of them. */
final class NumpyWriter {
  static final String SAVE_NPY = "saveNpy";
  static final String SAVE_NPZ = "saveNpz";

  /** Elements begin at a multiple of it. */
  private static final int ALIGNMENT = 64;

  /** NumPy leaves room for the first extent to grow to so many digits in place. */
  private static final int DIGITS = 21;

  /**
   * The time of every entry, so that the same tensors give the same bytes. In the first second that
   * the format knows, {@link ZipEntry} would add one that depends on the time zone.
   */
  private static final LocalDateTime TIME = LocalDateTime.of(1980, 1, 1, 0, 0, 2);

  private NumpyWriter() {}

  /** Writes a file of the one tensor that was collected. */
  static Path writeNpy(Items items, Path file) {
    Path target = AtomicFile.withSuffix(SAVE_NPY, file, NumpyFormat.SUFFIX);
    Array array = arrays(SAVE_NPY, items, false).get(0);
    AtomicFile.write(
        new Problems(SAVE_NPY, target),
        target,
        out -> {
          try (Scope scope = Scope.open()) {
            array.write(array.item().tensor(), out);
          }
        });
    return target;
  }

  /** Writes an archive. */
  static Path writeNpz(Items items, Path file, NpzOptions options) {
    Path target = AtomicFile.withSuffix(SAVE_NPZ, file, NpzFile.SUFFIX);
    List<Array> arrays = arrays(SAVE_NPZ, items, options.widenBfloat16);
    AtomicFile.write(
        new Problems(SAVE_NPZ, target), target, out -> write(arrays, options.compressed, out));
    return target;
  }

  private static List<Array> arrays(String op, Items items, boolean widen) {
    return items.collected().stream().map(item -> array(op, item, widen)).toList();
  }

  private static Array array(String op, Item item, boolean widen) {
    String name = Problems.shortened(item.name());
    if (!(item instanceof Item.Numbers numbers)) {
      throw new ArgumentException(
          Messages.of(op + ": '" + name + "' is a text, and NumPy's files hold arrays alone")
              .hint("leave it out with NpzOptions.choose, or call saveSafetensors, which keeps it")
              .text());
    }
    if (!ZipDirectory.isUsable(item.name() + NumpyFormat.SUFFIX)) {
      throw new ArgumentException(
          Messages.of(op + ": '" + name + "' is no name that an entry of an archive may have")
              .hint("names begin with no /, and have no .. between slashes, no \\ and no zero")
              .text());
    }
    return new Array(numbers, widen);
  }

  // ---- archives ---------------------------------------------------------------------------------

  private static void write(List<Array> arrays, boolean compressed, OutputStream out)
      throws IOException {
    OutputStream buffered = new BufferedOutputStream(new KeptOpen(out), 1 << 16);
    try (ZipOutputStream zip = new ZipOutputStream(buffered, StandardCharsets.UTF_8)) {
      for (Array array : arrays) {
        try (Scope scope = Scope.open()) {
          write(array, array.item().tensor(), compressed, zip);
        }
      }
    }
  }

  private static void write(Array array, Tensor tensor, boolean compressed, ZipOutputStream zip)
      throws IOException {
    ZipEntry entry = new ZipEntry(array.item().name() + NumpyFormat.SUFFIX);
    entry.setTimeLocal(TIME);
    if (!compressed) {
      CRC32 crc = new CRC32();
      array.write(tensor, new CheckedOutputStream(OutputStream.nullOutputStream(), crc));
      entry.setMethod(ZipEntry.STORED);
      entry.setSize(array.bytes());
      entry.setCrc(crc.getValue());
    }
    zip.putNextEntry(entry);
    array.write(tensor, zip);
    zip.closeEntry();
  }

  /** Closing an archive frees what it compressed with; the file is closed by who opened it. */
  private static final class KeptOpen extends FilterOutputStream {
    KeptOpen(OutputStream out) {
      super(out);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      out.write(bytes, from, length);
    }

    @Override
    public void close() throws IOException {
      out.flush();
    }
  }

  // ---- arrays -----------------------------------------------------------------------------------

  /**
   * One array.
   *
   * @param widen whether bfloat16 becomes float32
   */
  private record Array(Item.Numbers item, boolean widen) {
    private boolean isWidened() {
      return widen && item.dtype() == DType.BFLOAT16;
    }

    private DType dtype() {
      return isWidened() ? DType.FLOAT32 : item.dtype();
    }

    /** Bytes of header and elements. */
    long bytes() {
      return header(dtype(), item.shape().dims()).length + item.shape().size() * dtype().bytes();
    }

    void write(Tensor tensor, OutputStream out) throws IOException {
      out.write(header(dtype(), item.shape().dims()));
      int width = item.dtype().bytes();
      Interpreters.root()
          .toBytes(
              tensor,
              piece -> {
                ByteBuffer bytes =
                    isWidened() ? widened(piece) : Elements.lowestFirst(piece, width);
                PieceStream.write(out, bytes);
              });
    }

    /** The halves as float32, which have the same bits above. */
    private static ByteBuffer widened(ByteBuffer halves) {
      ByteBuffer floats =
          ByteBuffer.allocate(2 * halves.remaining()).order(ByteOrder.LITTLE_ENDIAN);
      while (halves.hasRemaining()) {
        floats.putInt(halves.getShort() << 16);
      }
      return floats.flip();
    }
  }

  /** The header of an array in row-major order. */
  private static byte[] header(DType dtype, long[] dims) {
    StringBuilder text = new StringBuilder("{'descr': '").append(descr(dtype));
    text.append("', 'fortran_order': False, 'shape': (");
    for (int i = 0; i < dims.length; i++) {
      text.append(i == 0 ? "" : " ").append(dims[i]).append(i < dims.length - 1 ? "," : "");
    }
    text.append(dims.length == 1 ? ",), }" : "), }");
    if (dims.length > 0) {
      text.append(" ".repeat(DIGITS - String.valueOf(dims[0]).length()));
    }
    int prefix = NumpyHeader.MAGIC.length + 4;
    int padding = ALIGNMENT - (prefix + text.length() + 1) % ALIGNMENT;
    text.append(" ".repeat(padding)).append('\n');
    return ByteBuffer.allocate(prefix + text.length())
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(NumpyHeader.MAGIC)
        .put((byte) 1)
        .put((byte) 0)
        .putShort((short) text.length())
        .put(text.toString().getBytes(StandardCharsets.US_ASCII))
        .array();
  }

  /** What NumPy calls the type; bfloat16 as it calls that of {@code ml_dtypes}. */
  private static String descr(DType dtype) {
    return switch (dtype) {
      case BOOL -> "|b1";
      case UINT8 -> "|u1";
      case INT8 -> "|i1";
      case INT16 -> "<i2";
      case INT32 -> "<i4";
      case INT64 -> "<i8";
      case FLOAT16 -> "<f2";
      case BFLOAT16 -> "<V2";
      case FLOAT32 -> "<f4";
      case FLOAT64 -> "<f8";
    };
  }
}
