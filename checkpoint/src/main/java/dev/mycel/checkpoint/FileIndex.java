package dev.mycel.checkpoint;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import dev.mycel.checkpoint.proto.Checkpoint;
import dev.mycel.checkpoint.proto.TensorProto;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds the entries of a file and where their contents lie, without reading these. Every length is
 * compared with what the file has left before anything is made of it.
 */
final class FileIndex {
  private static final int LONGEST_TYPE = 64;
  private static final int MOST_AXES = 64;

  private final Cursor cursor;
  private final Problems problems;
  private final List<Stored> found = new ArrayList<>();
  private final Map<String, Long> firstAt = new HashMap<>();

  private FileIndex(Cursor cursor, Problems problems) {
    this.cursor = cursor;
    this.problems = problems;
  }

  /** The entries of the first {@code end} bytes, in order; consecutive pieces are joined. */
  static List<Stored> of(Trailer.Content content, long end, Problems problems) throws IOException {
    FileIndex index = new FileIndex(new Cursor(content, end, problems), problems);
    try {
      index.readAll(end);
    } catch (InvalidProtocolBufferException e) {
      CheckpointException damaged =
          problems.damaged(index.cursor.offset(), "the bytes are no checkpoint: " + e.getMessage());
      damaged.initCause(e);
      throw damaged;
    }
    return index.found;
  }

  private void readAll(long end) throws IOException {
    while (cursor.offset() < end) {
      long start = cursor.offset();
      int tag = cursor.tag();
      if (tag == key(Checkpoint.VALUE_FIELD_NUMBER)) {
        long length = cursor.length(end, "a record");
        long recordEnd = cursor.offset() + length;
        add(new Draft(start).readValue(recordEnd));
        cursor.jump(recordEnd);
      } else {
        cursor.skip(tag, end);
      }
    }
  }

  private void add(Stored next) {
    int last = found.size() - 1;
    Stored before = last < 0 ? null : found.get(last);
    if (before != null && before.name().equals(next.name())) {
      if (!before.dims().equals(next.dims()) || !before.type().equals(next.type())) {
        throw twice(next, before.offset());
      }
      List<Stored.Piece> pieces = new ArrayList<>(before.pieces());
      pieces.addAll(next.pieces());
      found.set(
          last, new Stored(before.name(), before.dims(), before.type(), pieces, before.offset()));
      return;
    }
    Long other = firstAt.putIfAbsent(next.name(), next.offset());
    if (other != null) {
      throw twice(next, other);
    }
    found.add(next);
  }

  private CheckpointException twice(Stored next, long other) {
    return problems.entry(
        next.name(),
        next.offset(),
        "two entries have one name; the other is at offset " + other,
        "the file is damaged or was put together wrongly: save it again");
  }

  private static int key(int field) {
    return (field << 3) | WireFormat.WIRETYPE_LENGTH_DELIMITED;
  }

  /** A record that is being read. */
  private final class Draft {
    private final long start;
    private @Nullable String name;
    private @Nullable String type;
    private Stored.@Nullable Piece piece;
    private final List<Long> dims = new ArrayList<>();
    private boolean hasValue;

    Draft(long start) {
      this.start = start;
    }

    Stored readValue(long end) throws IOException {
      while (cursor.offset() < end) {
        int tag = cursor.tag();
        if (tag == key(Checkpoint.Value.TAG_FIELD_NUMBER)) {
          refuseSecond(name, "name");
          name = text(end, "a name", 4 * Items.LONGEST_NAME);
        } else if (tag == key(Checkpoint.Value.TENSOR_FIELD_NUMBER)) {
          refuseSecond(hasValue ? start : null, "value");
          hasValue = true;
          long length = cursor.length(end, "a tensor");
          readTensor(cursor.offset() + length);
        } else if (tag == key(Checkpoint.Value.MAPTENSOR_FIELD_NUMBER)) {
          refuseSecond(hasValue ? start : null, "value");
          hasValue = true;
          long length = cursor.length(end, "a table");
          piece = new Stored.Piece(cursor.offset(), length);
          type = "";
          cursor.jump(cursor.offset() + length);
        } else {
          cursor.skip(tag, end);
        }
        checkInside(end);
      }
      return finish();
    }

    private void readTensor(long end) throws IOException {
      while (cursor.offset() < end) {
        int tag = cursor.tag();
        if (WireFormat.getTagFieldNumber(tag) == TensorProto.DIMS_FIELD_NUMBER) {
          readDims(tag, end);
        } else if (tag == key(TensorProto.TENSOR_TYPE_FIELD_NUMBER)) {
          refuseSecond(type, "type");
          type = text(end, "a type", LONGEST_TYPE);
        } else if (tag == key(TensorProto.TENSOR_CONTENT_FIELD_NUMBER)) {
          refuseSecond(piece, "content");
          long length = cursor.length(end, "a content");
          piece = new Stored.Piece(cursor.offset(), length);
          cursor.jump(cursor.offset() + length);
        } else {
          cursor.skip(tag, end);
        }
        checkInside(end);
      }
    }

    /** One extent, or packed ones. */
    private void readDims(int tag, long end) throws IOException {
      if (WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_VARINT) {
        addDim(cursor.varint());
      } else if (WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED) {
        long packedEnd = cursor.length(end, "a list of extents") + cursor.offset();
        while (cursor.offset() < packedEnd) {
          addDim(cursor.varint());
        }
        checkInside(packedEnd);
      } else {
        throw problems.damaged(cursor.offset(), "an extent is no integer");
      }
    }

    private void addDim(long dim) {
      if (dims.size() == MOST_AXES) {
        throw problems.damaged(start, "a tensor has more than " + MOST_AXES + " axes");
      }
      dims.add(dim);
    }

    private void checkInside(long end) {
      if (cursor.offset() > end) {
        throw problems.damaged(cursor.offset(), "a field runs past the end of its message");
      }
    }

    private void refuseSecond(@Nullable Object before, String what) {
      if (before != null) {
        throw problems.damaged(cursor.offset(), "a record has a second " + what);
      }
    }

    private String text(long end, String what, int most) throws IOException {
      long at = cursor.offset();
      long length = cursor.length(end, what);
      if (length > most) {
        throw problems.damaged(at, what + " has " + length + " bytes, " + most + " are allowed");
      }
      byte[] bytes = cursor.bytes((int) length);
      try {
        return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      } catch (CharacterCodingException e) {
        CheckpointException damaged = problems.damaged(at, what + " is no valid UTF-8");
        damaged.initCause(e);
        throw damaged;
      }
    }

    private Stored finish() {
      String called = name;
      String ofType = type;
      Stored.Piece content = piece;
      if (called == null || ofType == null || content == null) {
        String what = called == null ? "name" : ofType == null ? "type" : "content";
        throw problems.damaged(start, "a record has no " + what);
      }
      if (called.length() > Items.LONGEST_NAME) {
        throw problems.damaged(start, "a name has more than " + Items.LONGEST_NAME + " characters");
      }
      return new Stored(called, List.copyOf(dims), ofType, List.of(content), start);
    }
  }
}
