package dev.mycel.checkpoint;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import dev.mycel.checkpoint.proto.Checkpoint;
import dev.mycel.checkpoint.proto.TensorProto;
import dev.mycel.core.DType;
import dev.mycel.core.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.util.List;

/**
 * Writes entries as a sequence of records, each a {@code Checkpoint} message with one value, so
 * that no message is larger than one chunk. Together they read as one message.
 */
final class RecordWriter {
  /** The most bytes of content in one record, as MindSpore has it; a multiple of every element. */
  private static final long CHUNK = 512L << 20;

  private static final Charset UTF_32 = Charset.forName("UTF-32LE");

  private final CodedOutputStream out;
  private final long chunk;

  RecordWriter(CodedOutputStream out) {
    this(out, CHUNK);
  }

  /** With another chunk size, for tests: a multiple of 8. */
  RecordWriter(CodedOutputStream out, long chunk) {
    this.out = out;
    this.chunk = chunk;
  }

  void write(List<Item> items) throws IOException {
    for (Item item : items) {
      if (item instanceof Item.Numbers numbers) {
        writeNumbers(numbers.name(), numbers.tensor());
      } else if (item instanceof Item.Text text) {
        writeText(text.name(), text.text());
      }
    }
    out.flush();
  }

  private void writeText(String name, String text) throws IOException {
    byte[] bytes = text.getBytes(UTF_32);
    startRecord(name, new long[] {0}, ElementType.TEXT, bytes.length);
    out.writeRawBytes(bytes);
  }

  private void writeNumbers(String name, Tensor tensor) throws IOException {
    TensorPieces.of(tensor, new Records(name, tensor));
  }

  /** Everything up to the content, whose bytes must follow. */
  private void startRecord(String name, long[] dims, String type, int content) throws IOException {
    byte[] tag = Items.encoded(name, "a name");
    int tensor = CodedOutputStream.computeStringSize(TensorProto.TENSOR_TYPE_FIELD_NUMBER, type);
    for (long dim : dims) {
      tensor += CodedOutputStream.computeInt64Size(TensorProto.DIMS_FIELD_NUMBER, dim);
    }
    tensor += lengthDelimited(TensorProto.TENSOR_CONTENT_FIELD_NUMBER, content);
    int value =
        lengthDelimited(Checkpoint.Value.TAG_FIELD_NUMBER, tag.length)
            + lengthDelimited(Checkpoint.Value.TENSOR_FIELD_NUMBER, tensor);

    start(Checkpoint.VALUE_FIELD_NUMBER, value);
    out.writeByteArray(Checkpoint.Value.TAG_FIELD_NUMBER, tag);
    start(Checkpoint.Value.TENSOR_FIELD_NUMBER, tensor);
    for (long dim : dims) {
      out.writeInt64(TensorProto.DIMS_FIELD_NUMBER, dim);
    }
    out.writeString(TensorProto.TENSOR_TYPE_FIELD_NUMBER, type);
    start(TensorProto.TENSOR_CONTENT_FIELD_NUMBER, content);
  }

  private void start(int field, int length) throws IOException {
    out.writeTag(field, WireFormat.WIRETYPE_LENGTH_DELIMITED);
    out.writeUInt32NoTag(length);
  }

  private static int lengthDelimited(int field, int length) {
    return CodedOutputStream.computeTagSize(field)
        + CodedOutputStream.computeUInt32SizeNoTag(length)
        + length;
  }

  /** The records of one tensor, each with a chunk of its bytes. */
  private final class Records implements TensorPieces.Sink {
    private final String name;
    private final long[] dims;
    private final DType dtype;
    private final ByteBuffer block;
    private long left;
    private long room;

    /** A tensor without elements has one record without content. */
    Records(String name, Tensor tensor) throws IOException {
      this.name = name;
      this.dims = tensor.shape().dims();
      this.dtype = tensor.dtype();
      this.left = tensor.size() * dtype.bytes();
      this.block = Elements.block(left);
      start();
    }

    private void start() throws IOException {
      room = Math.min(left, chunk);
      startRecord(name, dims, dtype.displayName(), (int) room);
    }

    @Override
    public void take(Object array, int count) throws IOException {
      for (int at = 0; at < count; ) {
        if (room == 0) {
          start();
        }
        int n = (int) Math.min(count - at, room / dtype.bytes());
        Elements.encode(array, at, n, block);
        // A buffer would be written with its whole array.
        out.writeRawBytes(block.array(), block.arrayOffset(), block.limit());
        at += n;
        room -= (long) n * dtype.bytes();
        left -= (long) n * dtype.bytes();
      }
    }
  }
}
