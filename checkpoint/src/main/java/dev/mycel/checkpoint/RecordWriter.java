package dev.mycel.checkpoint;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import dev.mycel.checkpoint.proto.Checkpoint;
import dev.mycel.checkpoint.proto.TensorProto;
import dev.mycel.core.Interpreters;
import dev.mycel.core.RootInterpreter;
import dev.mycel.core.Scope;
import dev.mycel.core.Tensor;
import java.io.IOException;
import java.io.OutputStream;
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

  private static final int BUFFER = 1 << 12;

  private final OutputStream sink;
  private final CodedOutputStream out;
  private final long chunk;

  RecordWriter(OutputStream sink) {
    this(sink, CHUNK);
  }

  /** With another chunk size, for tests: a multiple of 8. */
  RecordWriter(OutputStream sink, long chunk) {
    this.sink = sink;
    this.out = CodedOutputStream.newInstance(sink, BUFFER);
    this.chunk = chunk;
  }

  void write(List<Item> items) throws IOException {
    for (Item item : items) {
      if (item instanceof Item.Numbers numbers) {
        writeNumbers(numbers);
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

  private void writeNumbers(Item.Numbers numbers) throws IOException {
    try (Scope scope = Scope.open()) {
      Tensor tensor = numbers.tensor();
      Contents contents = new Contents(numbers);
      if (contents.left == 0) {
        contents.start();
      }
      Interpreters.root().toBytes(tensor, contents);
    }
  }

  /** Writes the content of a tensor, with the beginning of a record before each chunk. */
  private final class Contents implements RootInterpreter.Bytes {
    private final Item.Numbers numbers;
    private final int width;
    private long left;
    private int inRecord;

    Contents(Item.Numbers numbers) {
      this.numbers = numbers;
      width = numbers.dtype().bytes();
      left = numbers.bytes();
    }

    void start() throws IOException {
      inRecord = (int) Math.min(left, chunk);
      startRecord(numbers.name(), numbers.shape().dims(), numbers.dtype().displayName(), inRecord);
      out.flush();
    }

    @Override
    public void next(ByteBuffer piece) throws IOException {
      ByteBuffer bytes = Elements.lowestFirst(piece, width);
      while (bytes.hasRemaining()) {
        if (inRecord == 0) {
          start();
        }
        int count = Math.min(inRecord, bytes.remaining());
        PieceStream.write(sink, bytes.slice(bytes.position(), count));
        bytes.position(bytes.position() + count);
        inRecord -= count;
        left -= count;
      }
    }
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
}
