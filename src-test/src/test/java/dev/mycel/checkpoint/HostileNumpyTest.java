package dev.mycel.checkpoint;

import static dev.mycel.checkpoint.TorchSamples.cat;
import static dev.mycel.checkpoint.TorchSamples.u2;
import static dev.mycel.checkpoint.TorchSamples.u4;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.core.Mycel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Arrays and archives of NumPy that were made to harm a reader. */
class HostileNumpyTest {
  private static final String PLAIN = "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }";

  /** Whatever a file of some KiB claims; classes that are loaded for the first time count, too. */
  private static final long MOST_ALLOCATED = 16L << 20;

  @TempDir Path folder;

  @BeforeEach
  void onTheDefaultBackend() {
    Mycel.setBackend("onednn");
  }

  /** An array of version 1.0 with that header as it is. */
  static byte[] npy(String header, byte[] content) {
    byte[] text = cat(header);
    return cat(NumpyHeader.MAGIC, 1, 0, u2(text.length), text, content);
  }

  private CheckpointException refused(String name, byte[] bytes, Limits limits) throws IOException {
    Path path = Files.write(folder.resolve(name), bytes);
    long before = Mutations.allocated();
    CheckpointException e =
        assertThrows(
            CheckpointException.class,
            () -> {
              try (CheckpointFile file = Checkpoints.open(path, limits)) {
                file.toParameters();
              }
            });
    long allocated = Mutations.allocated() - before;
    assertTrue(allocated < MOST_ALLOCATED, allocated + " bytes were allocated");
    return e;
  }

  private void refused(String name, byte[] bytes, String reason) throws IOException {
    refused(name, bytes, reason, Limits.defaults());
  }

  private void refused(String name, byte[] bytes, String reason, Limits limits) throws IOException {
    String message = refused(name, bytes, limits).getMessage();
    assertTrue(message.contains(reason), message);
    assertTrue(message.contains(folder.resolve(name).toString()), message);
    assertTrue(message.contains("offset"), message);
    assertTrue(message.contains("hint"), message);
  }

  // ---- headers ----------------------------------------------------------------------------------

  private static String header(String descr, String order, String shape) {
    return "{'descr': " + descr + ", 'fortran_order': " + order + ", 'shape': " + shape + ", }";
  }

  private static String shape(String shape) {
    return header("'<f4'", "False", shape);
  }

  private static String descr(String descr) {
    return header(descr, "False", "(1,)");
  }

  private static Map<String, String> headers() {
    Map<String, String> reasons = new LinkedHashMap<>();
    reasons.put("", "the header has its end where { should be");
    reasons.put("[]", "the header has '[' where { should be");
    reasons.put("{}", "the header has no descr");
    reasons.put("{'descr': '<f4', 'shape': ()}", "the header has no fortran_order");
    reasons.put("{'descr': '<f4', 'fortran_order': True}", "the header has no shape");
    reasons.put("{'descr': '<f4', 'descr': '<f4'}", "'descr' stands twice");
    reasons.put("{'shape': (1,), 'shape': (2,)}", "'shape' stands twice");
    reasons.put("{'fortran_order': True, 'fortran_order': True}", "'fortran_order' stands twice");
    reasons.put("{'more': 1}", "the key 'more', which NumPy does not write");
    reasons.put("{**{}}", "a key of the header is no text: it begins with '*'");
    reasons.put(PLAIN + "x", "'x' follows the dict");
    reasons.put(PLAIN.replace("}", ""), "a key of the header is no text: it begins with its end");
    reasons.put("{'descr' '<f4'}", "where : should be");
    reasons.put("{'descr': '<f4' 'shape': ()}", "where } should be");
    reasons.put("{'descr", "no short text of plain characters");
    reasons.put("{'" + "d".repeat(70) + "': 1}", "no short text of plain characters");
    reasons.put(descr("__import__('os').system('false')"), "descr is no text: it begins with '_'");
    reasons.put(descr("'\\x3cf4'"), "descr is no short text of plain characters");
    reasons.put(descr("'f4'"), "'f4' is no element type");
    reasons.put(descr("'=f4'"), "'=f4' is no element type");
    reasons.put(descr("'|f4'"), "'|f4' is no element type");
    reasons.put(descr("'<f3'"), "'<f3' is no element type");
    reasons.put(descr("'<i04'"), "'<i04' is no element type");
    reasons.put(descr("'<f-4'"), "'<f-4' is no element type");
    reasons.put(descr("'<S99999999999'"), "is no element type");
    reasons.put(descr("'torch.FloatTensor'"), "is no element type");
    reasons.put(descr("None"), "descr is no text: it begins with 'N'");
    reasons.put(descr("[('a', '<f4')"), "descr is a list without an end");
    reasons.put(descr("[('a', '<f4'])]"), "descr has ']' where ) should be");
    reasons.put(descr("[" + "(".repeat(100) + ")".repeat(100) + "]"), "nested more than 64 deep");
    reasons.put("{'descr': [('a", "a text has no end");
    reasons.put(header("'<f4'", "1", "(1,)"), "neither True nor False but '1'");
    reasons.put(header("'<f4'", "'True'", "(1,)"), "neither True nor False");
    reasons.put(header("'<f4'", "Trüe", "(1,)"), "neither True nor False but 'T'");
    reasons.put(shape("1"), "the header has '1' where ( should be");
    reasons.put(shape("[1]"), "the header has '[' where ( should be");
    reasons.put(shape("(1)"), "the shape is a number and not a tuple");
    reasons.put(shape("(-1,)"), "an extent of the shape is negative");
    reasons.put(shape("(1.0,)"), "the shape has '.' where a comma should be");
    reasons.put(shape("(1e3,)"), "the shape has 'e' where a comma should be");
    reasons.put(shape("(True,)"), "the shape has 'T' where a whole number should be");
    reasons.put(shape("(01,)"), "where a whole number should be");
    reasons.put(shape("(1 1)"), "the shape has '1' where a comma should be");
    reasons.put(shape("(1,,)"), "the shape has ',' where a whole number should be");
    reasons.put(shape("(,)"), "the shape has ',' where a whole number should be");
    reasons.put(shape("(9223372036854775808,)"), "an extent of the shape is beyond 2^63");
    reasons.put(shape("(" + "9".repeat(5000) + ",)"), "an extent of the shape is beyond 2^63");
    reasons.put(shape("(9223372036854775807,)"), "is beyond 2^63 bytes");
    reasons.put(shape("(4294967296, 4294967296)"), "is beyond 2^63 bytes");
    reasons.put(shape("(0, 4611686018427387904, 4)"), "is beyond 2^63 bytes");
    reasons.put(shape("(" + "1, ".repeat(65) + ")"), "the shape has more than 64 axes");
    reasons.put(shape("(1000000000,)"), "needs 4000000000 bytes, 4 follow the header");
    reasons.put(shape("()").replace("<f4", "<f8"), "needs 8 bytes, 4 follow the header");
    reasons.put(shape("(0,)"), "needs 0 bytes, 4 follow the header");
    reasons.put(shape("(2,)").replace("<f4", "<U1"), "needs 8 bytes, 4 follow the header");
    reasons.put(shape("(9223372036854775807,)").replace("<f4", "|O"), "|O (object)");
    reasons.put(shape("(4294967296, 4294967296)").replace("<f4", "|O"), "is beyond 2^63 bytes");
    return reasons;
  }

  @TestFactory
  Stream<DynamicTest> everyOtherHeaderIsRefusedWithFilePlaceAndReason() {
    return headers().entrySet().stream()
        .map(
            e ->
                DynamicTest.dynamicTest(
                    e.getValue() + ": " + Problems.shortened(e.getKey()),
                    () -> refusedAloneAndInAnArchive(npy(e.getKey(), new byte[4]), e.getValue())));
  }

  private void refusedAloneAndInAnArchive(byte[] array, String reason) throws IOException {
    String alone = refused("a.npy", array, Limits.defaults()).getMessage();
    assertTrue(alone.contains(reason), alone);
    assertTrue(alone.contains("a.npy"), alone);
    byte[] zipped = TorchSamples.zip(Map.of("layer/w.npy", array), false);
    String inside = refused("a.npz", zipped, Limits.defaults()).getMessage();
    assertTrue(inside.contains(reason), inside);
    assertTrue(inside.contains("'layer/w"), inside);
  }

  @Test
  void whatIsNoHeaderIsRefused() throws IOException {
    refused("a.npy", cat(NumpyHeader.MAGIC, 1, 0), "an array has 8 bytes");
    refused("a.npy", cat(NumpyHeader.MAGIC, 2, 0, u2(1)), "an array has 10 bytes");
    refused("a.npy", cat(NumpyHeader.MAGIC, 4, 0, u4(1)), "the version of an array is 4.0");
    refused("a.npy", cat(NumpyHeader.MAGIC, 1, 1, u4(1)), "the version of an array is 1.1");
    refused("a.npy", cat(NumpyHeader.MAGIC, 255, 9, u4(1)), "the version of an array is 255.9");
    refused(
        "a.npy",
        cat(NumpyHeader.MAGIC, 1, 0, u2(0xffff), PLAIN),
        "the header shall have 65535 bytes, there are " + PLAIN.length() + " after its length");
    for (int version = 2; version <= 3; version++) {
      refused(
          "a.npy",
          cat(NumpyHeader.MAGIC, version, 0, u4(-1), PLAIN),
          "the header shall have 4294967295 bytes");
    }
    refused(
        "a.npz",
        TorchSamples.zip(Map.of("a.npy", cat("GIF89a and more")), false),
        "this is no array: it does not begin with 93 and NUMPY");
    refused("a.npz", TorchSamples.zip(Map.of("a.npy", new byte[0]), false), "an array has 0 bytes");
  }

  @Test
  void severalArraysInOneFileAreRefused() throws IOException {
    byte[] one = npy(PLAIN, new byte[4]);
    refused("a.npy", cat(one, one), "needs 4 bytes, " + (4 + one.length) + " follow the header");
  }

  @Test
  void aPickleOfObjectsIsListedAndNeverRun() throws IOException {
    byte[] pickle = cat("cos\nsystem\n(S'touch executed_pickle.txt'\ntR.");
    byte[] array = npy(PLAIN.replace("<f4", "|O"), pickle);
    Path path = Files.write(folder.resolve("object.npy"), array);
    try (CheckpointFile file = Checkpoints.open(path)) {
      CheckpointEntry entry = file.entries().get(0);
      assertEquals(
          new CheckpointEntry("tensor", "|O (object)", null, List.of(1L), pickle.length), entry);
      CheckpointException e = assertThrows(CheckpointException.class, () -> file.tensor("tensor"));
      assertTrue(e.getMessage().contains("|O (object) of 'tensor'"), e.getMessage());
    }
    assertFalse(Files.exists(Path.of("executed_pickle.txt")), "a pickle was run");
  }

  @Test
  void limitsHoldForArrays() throws IOException {
    byte[] array = npy(PLAIN, new byte[4]);
    Limits strict = Limits.defaults();
    refused("a.npy", array, "raise Limits.headerBytes", strict.headerBytes(20));
    refused("a.npy", array, "raise Limits.totalBytes", strict.totalBytes(3));
    Map<String, byte[]> two = new LinkedHashMap<>();
    two.put("a.npy", array);
    two.put("b.npy", array);
    byte[] zipped = TorchSamples.zip(two, false);
    refused("a.npz", zipped, "raise Limits.totalBytes", strict.totalBytes(7));
    refused("a.npz", zipped, "raise Limits.entries", strict.entries(1));
    long list = 2 * (46 + 5);
    refused("a.npz", zipped, "raise Limits.headerBytes", strict.headerBytes(list - 1));
    refused("a.npz", zipped, "raise Limits.headerBytes", strict.headerBytes(list));
  }

  // ---- archives ---------------------------------------------------------------------------------

  private static byte[] deflated(Map<String, byte[]> entries) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream out = new ZipOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> e : entries.entrySet()) {
        out.putNextEntry(new ZipEntry(e.getKey()));
        out.write(e.getValue());
      }
    }
    return bytes.toByteArray();
  }

  private static byte[] zeros(int count) {
    return npy(shape("(" + count + ",)").replace("<f4", "|u1"), new byte[count]);
  }

  @Test
  void aBombIsRefusedBeforeItIsInflated() throws IOException {
    byte[] bomb = deflated(Map.of("a.npy", zeros(64 << 20)));
    assertTrue(bomb.length < 100_000);
    refused(
        "a.npz",
        bomb,
        "bytes are said to inflate to " + zeros(64 << 20).length,
        Limits.defaults().unpackRatio(100));
    refused("a.npz", bomb, "raise Limits.totalBytes", Limits.defaults().totalBytes(1 << 20));
  }

  @Test
  void aCompressedEntryHasTheSizeThatTheArchiveSays() throws IOException {
    byte[] whole = deflated(Map.of("a.npy", zeros(5000)));
    long size = zeros(5000).length;
    int list = indexOf(whole, cat("PK", 1, 2));
    for (long claimed : new long[] {size - 1, size + 1}) {
      byte[] changed = whole.clone();
      System.arraycopy(u4(claimed), 0, changed, list + 24, 4);
      String message = refused("a.npz", changed, Limits.defaults()).getMessage();
      assertTrue(message.contains("follow the header"), message);
    }
    byte[] array = npy(shape("(5001,)").replace("<f4", "|u1"), new byte[5000]);
    byte[] shorter = deflated(Map.of("a.npy", array));
    System.arraycopy(u4(array.length + 1), 0, shorter, indexOf(shorter, cat("PK", 1, 2)) + 24, 4);
    refused("a.npz", shorter, "the entry inflates to " + array.length + " bytes, not");
    byte[] beyond = npy(shape("(4999,)").replace("<f4", "|u1"), new byte[5000]);
    byte[] longer = deflated(Map.of("a.npy", beyond));
    System.arraycopy(u4(beyond.length - 1), 0, longer, indexOf(longer, cat("PK", 1, 2)) + 24, 4);
    refused("a.npz", longer, "the entry inflates to more than " + (beyond.length - 1) + " bytes");
  }

  private static int indexOf(byte[] bytes, byte[] part) {
    return next(bytes, part, 0);
  }

  /** Where the part stands next, or -1. */
  private static int next(byte[] bytes, byte[] part, int from) {
    return IntStream.range(from, bytes.length - part.length)
        .filter(i -> Arrays.equals(bytes, i, i + part.length, part, 0, part.length))
        .findFirst()
        .orElse(-1);
  }

  @Test
  void aChangedByteOfAnArrayIsFoundByItsCheckSum() throws IOException {
    byte[] array = npy(PLAIN, cat("abcd"));
    for (byte[] whole :
        List.of(TorchSamples.zip(Map.of("a.npy", array), false), deflatedStored("a.npy", array))) {
      byte[] content = whole.clone();
      content[indexOf(whole, cat("abcd")) + 1] ^= 1;
      refused("a.npz", content, "the check sum is not that of the content");
      byte[] header = whole.clone();
      header[indexOf(whole, cat("<f4"))] = '>';
      refused("a.npz", header, "the check sum is not that of the content");
    }
  }

  /** Deflated without compression, so that bytes stand as they are. */
  private static byte[] deflatedStored(String name, byte[] content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream out = new ZipOutputStream(bytes)) {
      out.setLevel(0);
      out.putNextEntry(new ZipEntry(name));
      out.write(content);
    }
    return bytes.toByteArray();
  }

  @Test
  void aCheckSumOfZeroIsOneAsWell() throws IOException {
    byte[] whole = TorchSamples.zip(Map.of("a.npy", npy(PLAIN, cat("abcd"))), false);
    System.arraycopy(u4(0), 0, whole, 14, 4);
    System.arraycopy(u4(0), 0, whole, indexOf(whole, cat("PK", 1, 2)) + 16, 4);
    refused("a.npz", whole, "the check sum is not that of the content");
  }

  @Test
  void otherEntriesAndOtherPackingsAreRefused() throws IOException {
    byte[] array = npy(PLAIN, new byte[4]);
    Map<String, byte[]> both = new LinkedHashMap<>(TorchSamples.entries(new byte[1]));
    both.put("w.npy", array);
    refused("a.npz", TorchSamples.zip(both, false), "has both a pickle of torch.save and arrays");
    Map<String, byte[]> other = new LinkedHashMap<>();
    other.put("w.npy", array);
    other.put("run.py", cat("print(1)"));
    refused("a.npz", TorchSamples.zip(other, false), "its name does not end in .npy");
    refused(
        "a.npz",
        TorchSamples.zip(Map.of("run.py", new byte[4]), false),
        "has no entry data.pkl in a folder, as torch.save writes, and no array .npy");
    for (String name : List.of("../w.npy", "/etc/w.npy", "a/../w.npy", "a\\w.npy", "a\0.npy")) {
      byte[] outside = TorchSamples.zip(Map.of(name, array), false);
      refused("a.npz", outside, "is no name of an entry that may be used");
    }
    byte[] whole = TorchSamples.zip(Map.of("a.npy", array), false);
    int list = indexOf(whole, cat("PK", 1, 2));
    byte[] encrypted = whole.clone();
    encrypted[6] |= 1;
    encrypted[list + 8] |= 1;
    refused("a.npz", encrypted, "the entry is encrypted");
    byte[] packed = whole.clone();
    packed[8] = 93;
    packed[list + 10] = 93;
    refused("a.npz", packed, "the entry is compressed by method 93");
    byte[] differs = whole.clone();
    differs[26 + 4]++;
    refused("a.npz", differs, "another than the archive's list says");
  }

  @Test
  void entriesThatOverlapOrStandTwiceAreRefused() throws IOException {
    byte[] array = npy(PLAIN, new byte[4]);
    Map<String, byte[]> two = new LinkedHashMap<>();
    two.put("a.npy", array);
    two.put("b.npy", array);
    byte[] twice = TorchSamples.zip(two, false);
    for (int at = 0; (at = next(twice, cat("b.npy"), at)) >= 0; ) {
      twice[at] = 'a';
    }
    refused("a.npz", twice, "two entries of the archive have this name");
    byte[] inner = TorchSamples.zip(Map.of("b.npy", array), false);
    int innerList = indexOf(inner, cat("PK", 1, 2));
    byte[] around = cat(new byte[8], Arrays.copyOf(inner, innerList));
    byte[] outer = TorchSamples.zip(Map.of("a.npy", around), false);
    int outerList = indexOf(outer, cat("PK", 1, 2));
    byte[] listed = Arrays.copyOfRange(inner, innerList, innerList + 46 + 5);
    System.arraycopy(u4(30 + 5 + 8), 0, listed, 42, 4);
    byte[] body = Arrays.copyOf(outer, outerList);
    byte[] first = Arrays.copyOfRange(outer, outerList, outerList + 46 + 5);
    byte[] end = cat("PK", 5, 6, u4(0), u2(2), u2(2), u4(2 * (46 + 5)), u4(outerList), u2(0));
    refused("a.npz", cat(body, first, listed, end), "the entry overlaps 'a.npy'");
  }

  @Test
  void foldersOfOtherToolsArePassedOver() throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    entries.put("layer/", new byte[0]);
    entries.put("layer/w.npy", npy(PLAIN, new byte[4]));
    Path path = Files.write(folder.resolve("a.npz"), TorchSamples.zip(entries, false));
    try (CheckpointFile file = Checkpoints.open(path)) {
      assertEquals(1, file.toParameters().size());
      assertEquals("layer/w", file.entries().get(0).name());
    }
  }

  @Test
  void sixtyFourBitFieldsAreRead() throws IOException {
    byte[] wide = TorchSamples.zip(Map.of("w.npy", npy(PLAIN, new byte[4])), true);
    try (CheckpointFile file = Checkpoints.open(Files.write(folder.resolve("a.npz"), wide))) {
      assertEquals(1, file.tensor("w").size());
    }
  }
}
