package dev.mycel.checkpoint;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;

/** Pickles, put together opcode by opcode, and the files that they lie in. */
final class TorchSamples {
  private TorchSamples() {}

  /** The copies of the golden files. */
  static Path goldens() {
    Path beside = Path.of("src/test/resources/checkpoints/pytorch");
    return beside.toFile().isDirectory() ? beside : Path.of("src-test").resolve(beside);
  }

  /** Texts as bytes, numbers as one byte, opcodes, and arrays as they are. */
  static byte[] cat(Object... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (Object part : parts) {
      if (part instanceof byte[] bytes) {
        out.writeBytes(bytes);
      } else if (part instanceof Integer number) {
        out.write(number);
      } else if (part instanceof PickleOp op) {
        out.write(op.code());
      } else {
        out.writeBytes(part.toString().getBytes(StandardCharsets.UTF_8));
      }
    }
    return out.toByteArray();
  }

  static byte[] u4(long value) {
    return ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt((int) value).array();
  }

  static byte[] u8(long value) {
    return ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
  }

  static byte[] u2(int value) {
    return ByteBuffer.allocate(2).order(ByteOrder.LITTLE_ENDIAN).putShort((short) value).array();
  }

  /** A pickle of protocol 2. */
  static byte[] pickle(Object... parts) {
    return cat(PickleOp.PROTO, 2, cat(parts), PickleOp.STOP);
  }

  static byte[] text(String value) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    return cat(PickleOp.BINUNICODE, u4(bytes.length), bytes);
  }

  static byte[] global(String module, String name) {
    return cat(PickleOp.GLOBAL, module, "\n", name, "\n");
  }

  static byte[] number(long value) {
    return cat(PickleOp.LONG1, 8, u8(value));
  }

  static byte[] tuple(Object... parts) {
    return cat(PickleOp.MARK, cat(parts), PickleOp.TUPLE);
  }

  static byte[] numbers(long... values) {
    byte[] all = {};
    for (long value : values) {
      all = cat(all, number(value));
    }
    return tuple(all);
  }

  static byte[] storage(String type, String key, long count) {
    return cat(
        tuple(text("storage"), global("torch", type), text(key), text("cpu"), number(count)),
        PickleOp.BINPERSID);
  }

  static byte[] noHooks() {
    return cat(global("collections", "OrderedDict"), PickleOp.EMPTY_TUPLE, PickleOp.REDUCE);
  }

  static byte[] tensor(byte[] storage, long offset, long[] shape, long[] strides) {
    return cat(
        global("torch._utils", "_rebuild_tensor_v2"),
        tuple(
            storage,
            number(offset),
            numbers(shape),
            numbers(strides),
            PickleOp.NEWFALSE,
            noHooks()),
        PickleOp.REDUCE);
  }

  /** A dict with one key, {@code w}. */
  static byte[] dict(byte[] value) {
    return cat(PickleOp.EMPTY_DICT, text("w"), value, PickleOp.SETITEM);
  }

  /** The entries of an archive with that pickle and storages of the keys 0, 1 and so on. */
  static Map<String, byte[]> entries(byte[] pickle, byte[]... storages) {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    entries.put("a/data.pkl", pickle);
    entries.put("a/byteorder", cat("little"));
    for (int i = 0; i < storages.length; i++) {
      entries.put("a/data/" + i, storages[i]);
    }
    entries.put("a/version", cat("3\n"));
    return entries;
  }

  static byte[] archive(byte[] pickle, byte[]... storages) {
    return zip(entries(pickle, storages), false);
  }

  /** An archive without compression; with 64-bit fields for all sizes if that is asked for. */
  static byte[] zip(Map<String, byte[]> entries, boolean wide) {
    byte[] body = {};
    byte[] list = {};
    for (Map.Entry<String, byte[]> e : entries.entrySet()) {
      byte[] name = cat(e.getKey());
      byte[] content = e.getValue();
      CRC32 crc = new CRC32();
      crc.update(content);
      long size = wide ? 0xffffffffL : content.length;
      byte[] sums = cat(u4(crc.getValue()), u4(size), u4(size));
      byte[] fixed = cat(u2(20), u2(0), u2(0), u4(0), sums, u2(name.length));
      byte[] localExtra =
          wide ? cat(u2(1), u2(16), u8(content.length), u8(content.length)) : new byte[0];
      byte[] extra =
          wide
              ? cat(u2(1), u2(24), u8(content.length), u8(content.length), u8(body.length))
              : new byte[0];
      list =
          cat(
              list,
              "PK",
              1,
              2,
              u2(20),
              fixed,
              u2(extra.length),
              u2(0),
              u2(0),
              u2(0),
              u4(0),
              u4(wide ? 0xffffffffL : body.length),
              name,
              extra);
      body = cat(body, "PK", 3, 4, fixed, u2(localExtra.length), name, localExtra, content);
    }
    int count = entries.size();
    byte[] end = cat("PK", 5, 6, u4(0));
    if (!wide) {
      return cat(body, list, end, u2(count), u2(count), u4(list.length), u4(body.length), u2(0));
    }
    byte[] end64 =
        cat(
            "PK",
            6,
            6,
            u8(44),
            u2(45),
            u2(45),
            u4(0),
            u4(0),
            u8(count),
            u8(count),
            u8(list.length),
            u8(body.length));
    byte[] locator = cat("PK", 6, 7, u4(0), u8((long) body.length + list.length), u4(1));
    byte[] full = cat(u2(0xffff), u2(0xffff), u4(-1), u4(-1), u2(0));
    return cat(body, list, end64, locator, end, full);
  }

  /** The format before zip. */
  static byte[] legacy(byte[] pickle, byte[] keys, byte[]... storages) {
    byte[] magic =
        cat(PickleOp.LONG1, 10, java.util.HexFormat.of().parseHex("6cfc9c46f9206aa85019"));
    return cat(
        pickle(magic),
        pickle(PickleOp.BININT2, u2(1001)),
        pickle(PickleOp.EMPTY_DICT),
        pickle,
        keys,
        cat((Object[]) storages));
  }
}
