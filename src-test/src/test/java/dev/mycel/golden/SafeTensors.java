package dev.mycel.golden;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.mycel.core.DType;
import dev.mycel.core.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A file of named arrays: eight bytes of header length, a JSON header, the bytes of the arrays. All
 * bounds are checked.
 */
final class SafeTensors {
  private final Map<String, GoldenArray> arrays;

  private final Map<String, byte[]> foreign;

  private SafeTensors(Map<String, GoldenArray> arrays, Map<String, byte[]> foreign) {
    this.arrays = arrays;
    this.foreign = foreign;
  }

  /** The bytes of an array of a type that is {@linkplain #isForeign foreign}. */
  byte[] bytes(String name) {
    return Objects.requireNonNull(foreign.get(name), name);
  }

  /** Reads a whole file. */
  static SafeTensors read(Path file) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    if (bytes.remaining() < 8) {
      throw new IOException(file + ": shorter than its header length");
    }
    long length = bytes.getLong();
    if (length < 0 || length > bytes.remaining()) {
      throw new IOException(file + ": a header of " + length + " bytes does not fit");
    }
    byte[] header = new byte[(int) length];
    bytes.get(header);
    ByteBuffer data = bytes.slice();
    JsonObject entries =
        JsonParser.parseString(new String(header, StandardCharsets.UTF_8)).getAsJsonObject();
    Map<String, GoldenArray> arrays = new LinkedHashMap<>();
    Map<String, byte[]> foreign = new LinkedHashMap<>();
    entries.remove("__metadata__");
    for (Map.Entry<String, JsonElement> e : entries.entrySet()) {
      JsonObject entry = e.getValue().getAsJsonObject();
      if (isForeign(entry)) {
        JsonArray offsets = entry.getAsJsonArray("data_offsets");
        byte[] stored = new byte[offsets.get(1).getAsInt() - offsets.get(0).getAsInt()];
        data.get(offsets.get(0).getAsInt(), stored);
        foreign.put(e.getKey(), stored);
      } else {
        arrays.put(e.getKey(), array(file, e.getKey(), entry, data));
      }
    }
    return new SafeTensors(arrays, foreign);
  }

  /** Types that only checkpoints of others have; asking for such an array is an error. */
  private static boolean isForeign(JsonObject entry) {
    return List.of("U16", "U32", "U64").contains(entry.get("dtype").getAsString());
  }

  private static GoldenArray array(Path file, String key, JsonObject entry, ByteBuffer data)
      throws IOException {
    DType dtype = dtype(entry.get("dtype").getAsString());
    JsonArray extents = entry.getAsJsonArray("shape");
    long[] dims = new long[extents.size()];
    for (int i = 0; i < dims.length; i++) {
      dims[i] = extents.get(i).getAsLong();
    }
    Shape shape = Shape.of(dims);
    long from = entry.getAsJsonArray("data_offsets").get(0).getAsLong();
    long to = entry.getAsJsonArray("data_offsets").get(1).getAsLong();
    if (from < 0
        || to < from
        || to > data.capacity()
        || to - from != shape.size() * dtype.bytes()) {
      throw new IOException(
          file + ": the bytes " + from + " to " + to + " of " + key + " do not fit");
    }
    return GoldenArray.decode(dtype, shape, data.slice((int) from, (int) (to - from)));
  }

  private static DType dtype(String name) throws IOException {
    return switch (name) {
      case "BOOL" -> DType.BOOL;
      case "U8" -> DType.UINT8;
      case "I8" -> DType.INT8;
      case "I16" -> DType.INT16;
      case "I32" -> DType.INT32;
      case "I64" -> DType.INT64;
      case "F16" -> DType.FLOAT16;
      case "BF16" -> DType.BFLOAT16;
      case "F32" -> DType.FLOAT32;
      case "F64" -> DType.FLOAT64;
      default -> throw new IOException("unknown element type " + name);
    };
  }

  /** No arrays. */
  static SafeTensors empty() {
    return new SafeTensors(Map.of(), Map.of());
  }

  /** The array of that name, which must exist. */
  GoldenArray get(String key) {
    GoldenArray found = arrays.get(key);
    if (found == null) {
      throw new IllegalStateException("the file has no array " + key);
    }
    return found;
  }
}
