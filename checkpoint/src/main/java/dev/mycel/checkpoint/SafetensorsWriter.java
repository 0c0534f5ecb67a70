package dev.mycel.checkpoint;

import com.google.gson.stream.JsonWriter;
import dev.mycel.core.ArgumentException;
import dev.mycel.core.DType;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Messages;
import dev.mycel.core.Scope;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes files of safetensors with the bytes that the reference library writes: tensors by type,
 * the ones with large elements first, then by name; a header padded to a multiple of 8 with spaces.
 * Texts, which the library writes in an order that changes, are sorted by name.
 */
final class SafetensorsWriter {
  static final String OP = "saveSafetensors";

  private static final String SUFFIX = ".safetensors";

  /** The order of the reference library; all offsets are multiples of the element's size in it. */
  private static final List<DType> ORDER =
      List.of(
          DType.INT64,
          DType.FLOAT64,
          DType.FLOAT32,
          DType.INT32,
          DType.BFLOAT16,
          DType.FLOAT16,
          DType.INT16,
          DType.INT8,
          DType.UINT8,
          DType.BOOL);

  private final Map<String, String> metadata = new TreeMap<>(SafetensorsWriter::compareNames);

  private SafetensorsWriter() {}

  /**
   * Writes a file, or several with an index if the options say so.
   *
   * @return the file, or the index
   */
  static Path write(Items items, Path file, SafetensorsOptions options) {
    SafetensorsWriter writer = new SafetensorsWriter();
    List<Item.Numbers> tensors = writer.sorted(items, options);
    Path target = AtomicFile.withSuffix(OP, file, SUFFIX);
    List<List<Item.Numbers>> shards = shards(tensors, options.shardBytes);
    if (shards.size() > 1) {
      return writer.writeSet(target, shards);
    }
    writer.writeFile(target, tensors);
    return target;
  }

  /** As the reference library compares them: by code points. */
  private static int compareNames(String a, String b) {
    return Arrays.compareUnsigned(
        a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));
  }

  /** The tensors in the order of the file; texts join the metadata. */
  private List<Item.Numbers> sorted(Items items, SafetensorsOptions options) {
    options.metadata.forEach(this::addText);
    List<Item.Numbers> tensors = new ArrayList<>();
    for (Item item : items.collected()) {
      if (item.name().equals(SafetensorsHeader.METADATA)) {
        throw new ArgumentException(
            Messages.of(OP + ": the name " + SafetensorsHeader.METADATA + " is taken by the format")
                .hint("give the entry another name")
                .text());
      }
      if (item instanceof Item.Numbers numbers) {
        tensors.add(numbers);
      } else if (item instanceof Item.Text text) {
        addText(text.name(), text.text());
      }
    }
    tensors.sort(
        Comparator.comparingInt((Item.Numbers n) -> ORDER.indexOf(n.dtype()))
            .thenComparing(Item.Numbers::name, SafetensorsWriter::compareNames));
    return tensors;
  }

  private void addText(String name, String text) {
    Items.encoded(name, "a name of the metadata");
    Items.encoded(text, "the text '" + Problems.shortened(name) + "' of the metadata");
    String before = metadata.put(name, text);
    if (before != null && !before.equals(text)) {
      throw new ArgumentException(
          Messages.of(OP + ": two texts are called '" + Problems.shortened(name) + "'")
              .hint("one is an entry, one stands in SafetensorsOptions.metadata")
              .text());
    }
  }

  private static List<List<Item.Numbers>> shards(List<Item.Numbers> tensors, long most) {
    List<List<Item.Numbers>> shards = new ArrayList<>();
    long left = 0;
    for (Item.Numbers tensor : tensors) {
      long size = tensor.bytes();
      if (shards.isEmpty() || size > left) {
        shards.add(new ArrayList<>());
        left = most;
      }
      shards.get(shards.size() - 1).add(tensor);
      left -= size;
    }
    return shards;
  }

  // ---- several files ----------------------------------------------------------------------------

  /** An index is there only while the set it speaks of is whole. */
  private Path writeSet(Path target, List<List<Item.Numbers>> shards) {
    String name = String.valueOf(target.getFileName());
    String stem = name.substring(0, name.length() - SUFFIX.length());
    Path index = target.resolveSibling(name + ".index.json");
    Problems problems = new Problems(OP, index);
    try {
      Files.deleteIfExists(index);
    } catch (IOException e) {
      throw problems.io(e, "the old index cannot be deleted", "check the rights of the folder");
    }
    Map<String, String> fileOf = new TreeMap<>(SafetensorsWriter::compareNames);
    long total = 0;
    for (int i = 0; i < shards.size(); i++) {
      String shard =
          String.format(Locale.ROOT, "%s-%05d-of-%05d%s", stem, i + 1, shards.size(), SUFFIX);
      writeFile(target.resolveSibling(shard), shards.get(i));
      for (Item.Numbers tensor : shards.get(i)) {
        fileOf.put(tensor.name(), shard);
        total += tensor.bytes();
      }
    }
    byte[] json = index(fileOf, total).getBytes(StandardCharsets.UTF_8);
    AtomicFile.write(problems, index, out -> out.write(json));
    return index;
  }

  private static String index(Map<String, String> fileOf, long total) {
    return json(
            "  ",
            json -> {
              json.beginObject().name("metadata").beginObject();
              json.name("total_size").value(total).endObject();
              json.name("weight_map").beginObject();
              for (Map.Entry<String, String> e : fileOf.entrySet()) {
                json.name(e.getKey()).value(e.getValue());
              }
              json.endObject().endObject();
            })
        + "\n";
  }

  // ---- one file ---------------------------------------------------------------------------------

  private void writeFile(Path target, List<Item.Numbers> tensors) {
    byte[] header = header(tensors);
    AtomicFile.write(
        new Problems(OP, target),
        target,
        out -> {
          ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
          out.write(length.putLong(header.length).array());
          out.write(header);
          writeContents(tensors, out);
        });
  }

  private static void writeContents(List<Item.Numbers> tensors, OutputStream out)
      throws IOException {
    for (Item.Numbers numbers : tensors) {
      int width = numbers.dtype().bytes();
      try (Scope scope = Scope.open()) {
        Interpreters.root()
            .toBytes(
                numbers.tensor(),
                piece -> PieceStream.write(out, Elements.lowestFirst(piece, width)));
      }
    }
  }

  private byte[] header(List<Item.Numbers> tensors) {
    String text =
        json(
            "",
            json -> {
              json.beginObject();
              writeMetadata(json);
              long offset = 0;
              for (Item.Numbers numbers : tensors) {
                writeEntry(json, numbers, offset);
                offset += numbers.bytes();
              }
              json.endObject();
            });
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    byte[] padded = Arrays.copyOf(bytes, (bytes.length + 7) / 8 * 8);
    Arrays.fill(padded, bytes.length, padded.length, (byte) ' ');
    return padded;
  }

  private void writeMetadata(JsonWriter json) throws IOException {
    if (metadata.isEmpty()) {
      return;
    }
    json.name(SafetensorsHeader.METADATA).beginObject();
    for (Map.Entry<String, String> e : metadata.entrySet()) {
      json.name(e.getKey()).value(e.getValue());
    }
    json.endObject();
  }

  private static void writeEntry(JsonWriter json, Item.Numbers numbers, long offset)
      throws IOException {
    json.name(numbers.name()).beginObject();
    json.name("dtype").value(StoredType.of(numbers.dtype()).name());
    json.name("shape").beginArray();
    for (long dim : numbers.shape().dims()) {
      json.value(dim);
    }
    json.endArray().name("data_offsets").beginArray();
    json.value(offset).value(offset + numbers.bytes()).endArray().endObject();
  }

  private interface JsonBody {
    void writeTo(JsonWriter json) throws IOException;
  }

  private static String json(String indent, JsonBody body) {
    StringWriter text = new StringWriter();
    try (JsonWriter json = new JsonWriter(text)) {
      json.setIndent(indent);
      body.writeTo(json);
    } catch (IOException e) {
      throw new IllegalStateException("checkpoint: a text in memory cannot be written", e);
    }
    return text.toString();
  }
}
