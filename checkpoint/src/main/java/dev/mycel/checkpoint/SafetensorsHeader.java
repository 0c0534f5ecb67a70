package dev.mycel.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the header of a file of safetensors says, checked: the contents follow each other without a
 * hole or an overlap from its end to the end of the file, and each has as many bytes as its shape
 * and type need.
 */
final class SafetensorsHeader {
  static final String METADATA = "__metadata__";

  /** An entry and where its content begins in the file. */
  record Located(CheckpointEntry entry, StoredType type, long offset) {}

  private static final String AGAIN = "the file is damaged: save or copy it again";

  private final Problems problems;
  private final Limits limits;
  private final List<Draft> drafts = new ArrayList<>();
  private final Map<String, String> metadata = new LinkedHashMap<>();
  private final LimitCheck limit;

  private SafetensorsHeader(Problems problems, Limits limits) {
    this.problems = problems;
    this.limits = limits;
    this.limit = new LimitCheck(limits, problems);
  }

  /** An entry as it was written down; offsets count from the end of the header. */
  private record Draft(String name, StoredType type, List<Long> shape, long begin, long end) {}

  /** Texts of the file, and its tensors by where they lie. */
  record Content(Map<String, String> metadata, List<Located> entries) {}

  /** Reads and checks a header. */
  static Content read(Trailer.Content file, Limits limits, Problems problems) throws IOException {
    SafetensorsHeader header = new SafetensorsHeader(problems, limits);
    int length = header.length(file);
    byte[] bytes = new byte[length];
    file.read(ByteBuffer.wrap(bytes), Long.BYTES);
    if (bytes[0] != '{') {
      throw problems.damaged(
          Long.BYTES,
          String.format(
              Locale.ROOT, "the header begins with the byte %02x and not with {", bytes[0]));
    }
    StrictJson json = new StrictJson(bytes, Long.BYTES, limits.depth, problems);
    json.document(name -> header.member(json, name));
    return header.located(Long.BYTES + (long) length, file.size());
  }

  private int length(Trailer.Content file) throws IOException {
    if (file.size() < Long.BYTES) {
      throw problems.damaged(
          0,
          file.size() == 0
              ? "the file is empty"
              : "the file has " + file.size() + " bytes, the length of the header alone takes 8");
    }
    ByteBuffer prefix = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    file.read(prefix, 0);
    long length = prefix.getLong(0);
    long left = file.size() - Long.BYTES;
    if (Long.compareUnsigned(length, left) > 0) {
      throw problems.damaged(
          0,
          "the header shall have "
              + Long.toUnsignedString(length)
              + " bytes, the file has "
              + left
              + " after its length");
    }
    if (length == 0) {
      throw problems.damaged(0, "the header has no byte");
    }
    if (length > Math.min(limits.headerBytes, StoredTensors.MOST_ELEMENTS)) {
      throw problems.at(
          0,
          "the header has " + length + " bytes, " + limits.headerBytes + " are allowed",
          "if it shall be so long, raise Limits.headerBytes");
    }
    return (int) length;
  }

  private void member(StrictJson json, String name) throws IOException {
    if (name.equals(METADATA)) {
      json.object(METADATA, key -> metadata.put(key, json.text("'" + key + "' in " + METADATA)));
      return;
    }
    Fields fields = new Fields();
    String what = "'" + Problems.shortened(name) + "'";
    json.object(
        what,
        key -> {
          switch (key) {
            case "dtype" -> fields.dtype = json.text("the dtype of " + what);
            case "shape" ->
                fields.shape = json.wholes("the shape of " + what, StoredTensors.MOST_AXES);
            case "data_offsets" -> fields.offsets = json.wholes("data_offsets of " + what, 2);
            default -> json.skip();
          }
        });
    Draft draft = draft(name, fields);
    limit.add(name, Long.BYTES, draft.end - draft.begin);
    drafts.add(draft);
  }

  /** What stands in an entry. */
  private static final class Fields {
    @Nullable String dtype;
    long @Nullable [] shape;
    long @Nullable [] offsets;
  }

  private Draft draft(String name, Fields fields) {
    String dtype = fields.dtype;
    long[] dims = fields.shape;
    long[] offsets = fields.offsets;
    if (dtype == null || dims == null || offsets == null) {
      String missing = dtype == null ? "dtype" : dims == null ? "shape" : "data_offsets";
      throw wrong(name, "there is no " + missing);
    }
    StoredType type = StoredType.named(dtype);
    if (type == null) {
      throw wrong(name, "there is no dtype '" + Problems.shortened(dtype) + "'");
    }
    if (offsets.length != 2) {
      throw wrong(name, "data_offsets has " + offsets.length + " numbers and not 2");
    }
    if (offsets[0] > offsets[1]) {
      throw wrong(name, "the content ends at " + offsets[1] + ", before its start " + offsets[0]);
    }
    List<Long> shape = Arrays.stream(dims).boxed().toList();
    long needed = StoredTensors.bytes(type, StoredTensors.elements(shape));
    if (needed < 0) {
      throw wrong(
          name, "shape " + shape + " of " + type + " is no whole number of bytes below 2^63");
    }
    if (needed != offsets[1] - offsets[0]) {
      throw wrong(
          name,
          "shape "
              + shape
              + " of "
              + type
              + " needs "
              + needed
              + " bytes, data_offsets give it "
              + (offsets[1] - offsets[0]));
    }
    return new Draft(name, type, shape, offsets[0], offsets[1]);
  }

  private CheckpointException wrong(String name, String what) {
    return problems.entry(name, Long.BYTES, what, AGAIN);
  }

  /** The entries by where they lie, after it was checked that they fill the rest of the file. */
  private Content located(long start, long fileEnd) {
    drafts.sort(Comparator.comparingLong(Draft::begin).thenComparingLong(Draft::end));
    List<Located> entries = new ArrayList<>();
    long available = fileEnd - start;
    long end = 0;
    @Nullable Draft before = null;
    for (Draft draft : drafts) {
      checkPlace(draft, before, end, start, available);
      entries.add(
          new Located(
              new CheckpointEntry(
                  draft.name,
                  draft.type.name(),
                  draft.type.loaded(),
                  draft.shape,
                  draft.end - draft.begin),
              draft.type,
              start + draft.begin));
      before = draft;
      end = draft.end;
    }
    if (end != available) {
      throw problems.damaged(
          start + end, "the last " + (available - end) + " bytes of the file belong to no entry");
    }
    return new Content(metadata, entries);
  }

  private void checkPlace(
      Draft draft, @Nullable Draft before, long end, long start, long available) {
    if (draft.end > available) {
      throw wrong(
          draft.name,
          "the content ends at "
              + draft.end
              + ", the file has "
              + available
              + " bytes after its header");
    }
    if (draft.begin < end) {
      String other = before == null ? "the header" : "'" + Problems.shortened(before.name) + "'";
      throw problems.entry(
          draft.name, start + draft.begin, "the content overlaps that of " + other, AGAIN);
    }
    if (draft.begin > end) {
      throw problems.entry(
          draft.name,
          start + end,
          "the " + (draft.begin - end) + " bytes before the content belong to no entry",
          AGAIN);
    }
  }
}
