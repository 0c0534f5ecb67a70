package dev.mycel.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.DType;
import dev.mycel.core.Generator;
import dev.mycel.core.Mycel;
import dev.mycel.core.Ops;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Parameter;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Encrypted checkpoints: MindSpore's and our own, wrong keys, changed files. */
class EncryptionTest {
  private static final Path GOLDEN = Path.of("src/test/resources/checkpoints");
  private static final Path ENCRYPTED = GOLDEN.resolve("encrypted");
  private static final byte[] KEY =
      "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
  private static final Encryption GCM = Encryption.aesGcm(key(16));
  private static final Encryption CBC = Encryption.aesCbc(key(16));

  @TempDir Path folder;

  @BeforeEach
  void onTheDefaultBackend() {
    Mycel.setBackend("onednn");
  }

  private static byte[] key(int bytes) {
    return Arrays.copyOf(KEY, bytes);
  }

  private static LoadOptions with(Encryption encryption) {
    return LoadOptions.defaults().decrypt(encryption);
  }

  private static CheckpointException refused(Path file, LoadOptions options) {
    return assertThrows(CheckpointException.class, () -> Checkpoints.loadCheckpoint(file, options));
  }

  private static void says(String part, Exception e) {
    assertTrue(e.getMessage().contains(part), e.getMessage());
  }

  private static Map<String, Object> everything() {
    Map<String, Object> entries = new LinkedHashMap<>();
    for (DType dtype : DType.values()) {
      entries.put("t." + dtype, SafetensorsTest.random(dtype, 2, 3));
      entries.put("scalar." + dtype, Ops.ones().cast(dtype));
    }
    entries.put("large", SafetensorsTest.random(DType.FLOAT32, 700, 500));
    entries.put("strided", SafetensorsTest.random(DType.BFLOAT16, 700, 900).transpose());
    return entries;
  }

  private static void assertSame(Map<String, Object> saved, LoadedParameters loaded) {
    assertEquals(List.copyOf(saved.keySet()), List.copyOf(loaded.keySet()));
    saved.forEach(
        (name, value) ->
            SafetensorsTest.assertSame(name, (Tensor) value, loaded.get(name).value()));
  }

  // ---- MindSpore's files ------------------------------------------------------------------------

  @ParameterizedTest
  @CsvSource({"AES-GCM, 128", "AES-GCM, 256", "AES-CBC, 128", "AES-CBC, 256"})
  void blocksThatMindSporeEncryptedAreReadAndWrittenPlainAsMindSporeDoes(String mode, int bits)
      throws IOException {
    Path file = ENCRYPTED.resolve(mode.toLowerCase(Locale.ROOT) + "_" + bits + ".ckpt");
    LoadedParameters loaded =
        Checkpoints.loadCheckpoint(file, with(Encryption.of(mode, key(bits / 8))));
    assertEquals(11 + 3, loaded.size());
    assertEquals("naïve ✓ \uD83D\uDE00", loaded.strings().get("note"));
    assertEquals(799 / 8f, loaded.get("weight").value().toFloatArray()[799]);
    Map<String, Object> again = new LinkedHashMap<>(loaded);
    again.put("note", loaded.strings().get("note"));
    Path plain = Checkpoints.saveCheckpoint(again, folder.resolve("plain"));
    assertArrayEquals(
        Files.readAllBytes(ENCRYPTED.resolve("plain.ckpt")), Files.readAllBytes(plain));
  }

  @Test
  void anEncryptedFileIsOpenedWithItsKeyWhateverItsName() throws IOException {
    Path other = Files.copy(ENCRYPTED.resolve("aes-cbc_256.ckpt"), folder.resolve("model.bin"));
    try (CheckpointFile file = Checkpoints.open(other, Encryption.aesCbc(key(32)))) {
      assertEquals("mindspore", file.format());
      assertEquals(Map.of("note", "naïve ✓ \uD83D\uDE00"), file.metadata());
      // From the end to the beginning, so that blocks are decrypted again.
      assertTrue(file.tensor("best").item() == 1);
      assertEquals(1 / 8f, file.tensor("weight").toFloatArray()[1]);
      assertEquals(0.25, file.tensor("loss").item());
      assertEquals(14, file.toParameters().size());
    }
  }

  // ---- our own ----------------------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(ints = {16, 24, 32})
  void everyModeAndLengthOfKeyComesBack(int bytes) {
    Map<String, Object> entries = everything();
    for (Encryption by : List.of(Encryption.aesGcm(key(bytes)), Encryption.aesCbc(key(bytes)))) {
      Path file =
          Checkpoints.saveCheckpoint(
              entries, folder.resolve("own.ckpt"), SaveOptions.defaults().encrypt(by));
      assertSame(entries, Checkpoints.loadCheckpoint(file, with(by)));
      assertFalse(by.toString().contains("0123"), "the key is not printed");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 15, 16, 17, 1000, 1 << 20})
  void contentsMayLieAcrossBlocksOfAnyLength(int most) throws IOException {
    byte[] plain =
        Files.readAllBytes(
            Checkpoints.saveCheckpoint(
                Map.of("w", SafetensorsTest.random(DType.FLOAT64, 30, 7)), folder.resolve("p")));
    for (Encryption by : List.of(GCM, CBC)) {
      Path file = folder.resolve("blocks.ckpt");
      AtomicFile.write(
          new Problems("saveCheckpoint", file),
          file,
          out -> {
            EncryptingStream stream = new EncryptingStream(out, by, most);
            for (int at = 0; at < plain.length; at += 100) {
              stream.write(plain, at, Math.min(100, plain.length - at));
            }
            stream.finish();
          });
      assertArrayEquals(
          plain,
          Files.readAllBytes(
              Checkpoints.saveCheckpoint(
                  Checkpoints.loadCheckpoint(file, with(by)), folder.resolve("again"))));
    }
  }

  @Test
  void noTwoFilesAreTheSame() throws IOException {
    Map<String, Tensor> entries = Map.of("w", Ops.zeros(4));
    SaveOptions options = SaveOptions.defaults().encrypt(GCM);
    byte[] one =
        Files.readAllBytes(Checkpoints.saveCheckpoint(entries, folder.resolve("1"), options));
    byte[] two =
        Files.readAllBytes(Checkpoints.saveCheckpoint(entries, folder.resolve("2"), options));
    assertEquals(one.length, two.length);
    assertFalse(Arrays.equals(one, two), "the initial vector is random");
  }

  @Test
  void appendedEntriesAreEncryptedToo() throws IOException {
    Generator generator = new Generator(7);
    generator.next(1);
    Path file =
        Checkpoints.saveCheckpoint(
            List.of(new Parameter(Ops.ones(2), "w")),
            folder.resolve("append"),
            SaveOptions.defaults()
                .encrypt(GCM)
                .append(Map.of("secret", "attack at dawn", "generator", generator)));
    String bytes = Files.readString(file, StandardCharsets.ISO_8859_1).replace("\0", "");
    assertFalse(bytes.contains("attack") || bytes.contains("generator"), bytes);
    LoadedParameters loaded = Checkpoints.loadCheckpoint(file, with(GCM));
    assertEquals("attack at dawn", loaded.strings().get("secret"));
    Generator other = new Generator().setState(loaded.get("generator").value());
    assertEquals(generator.next(1), other.next(1));
  }

  // ---- keys -------------------------------------------------------------------------------------

  @Test
  void aWrongKeyIsRefusedWithoutSayingWhatIsInside() {
    for (String file : List.of("aes-gcm_128.ckpt", "aes-cbc_128.ckpt")) {
      Function<byte[], Encryption> by =
          file.contains("gcm") ? Encryption::aesGcm : Encryption::aesCbc;
      for (int i = 0; i < 600; i++) { // some padding is right by chance: one in 256
        byte[] wrong = key(16);
        wrong[0] ^= (byte) (1 + i % 255);
        wrong[1] ^= (byte) (i / 255);
        CheckpointException e = refused(ENCRYPTED.resolve(file), with(by.apply(wrong)));
        says("the key is another one, or the file", e);
      }
    }
  }

  @Test
  void whatDoesNotFitTheFileIsRefusedByName() throws IOException {
    Path gcm = ENCRYPTED.resolve("aes-gcm_128.ckpt");
    says("is encrypted with AES-GCM, and no key was given", refused(gcm, LoadOptions.defaults()));
    says("Encryption.of(\"AES-GCM\", key)", refused(gcm, LoadOptions.defaults()));
    says("with AES-GCM, the key is for AES-CBC", refused(gcm, with(CBC)));
    says("not encrypted", refused(ENCRYPTED.resolve("plain.ckpt"), with(GCM)));
    says("SM4-CBC, which is not", refused(GOLDEN.resolve("encrypted_sm4-cbc_128.ckpt"), with(CBC)));
    Path tensors = GOLDEN.resolve("values.safetensors");
    says(
        "files of the format safetensors are not encrypted",
        assertThrows(CheckpointException.class, () -> Checkpoints.open(tensors, GCM)));
    says(
        "and no key was given",
        assertThrows(CheckpointException.class, () -> Checkpoints.open(gcm)));
  }

  @Test
  void keysAndModesThatCannotBeAreRefused() {
    for (int bytes : new int[] {0, 1, 15, 17, 33, 64}) {
      says(
          "16, 24 or 32 bytes",
          assertThrows(ArgumentException.class, () -> Encryption.aesGcm(new byte[bytes])));
    }
    says(
        "SM4-CBC is not supported",
        assertThrows(ArgumentException.class, () -> Encryption.of("SM4-CBC", key(16))));
    says(
        "no mode of this name",
        assertThrows(ArgumentException.class, () -> Encryption.of("aes-gcm", key(16))));
    says(
        "a check sum or is encrypted",
        assertThrows(
            ArgumentException.class, () -> SaveOptions.defaults().crcCheck(true).encrypt(GCM)));
    says(
        "a check sum or is encrypted",
        assertThrows(
            ArgumentException.class, () -> SaveOptions.defaults().encrypt(GCM).crcCheck(true)));
  }

  @Test
  void aKeyThatIsChangedLaterStaysTheKeyItWas() {
    byte[] own = key(16);
    Encryption by = Encryption.aesGcm(own);
    Arrays.fill(own, (byte) 0);
    assertEquals(
        14, Checkpoints.loadCheckpoint(ENCRYPTED.resolve("aes-gcm_128.ckpt"), with(by)).size());
  }

  // ---- hostile files ----------------------------------------------------------------------------

  /** The last four bytes of the initial vector, which MindSpore writes, are not used by anybody. */
  @Test
  void withGcmEveryChangedBitIsFound() throws IOException {
    byte[] whole = Files.readAllBytes(GOLDEN.resolve("encrypted_aes-gcm_256.ckpt"));
    LoadOptions options = with(Encryption.aesGcm(key(32)));
    for (int bit = 0; bit < 8 * whole.length; bit++) {
      byte[] changed = whole.clone();
      changed[bit / 8] ^= (byte) (1 << bit % 8);
      Path file = Files.write(folder.resolve("bit.ckpt"), changed);
      if (bit / 8 >= 40 && bit / 8 < 44) {
        assertEquals(2, Checkpoints.loadCheckpoint(file, options).size());
      } else {
        refused(file, options);
      }
    }
  }

  /** The header of an entry lies in the first of several chunks, the change in the last. */
  @Test
  void withGcmNothingOfABlockIsReadBeforeAllOfItIsKnownToBeRight() throws IOException {
    Map<String, Tensor> entries = Map.of("w", SafetensorsTest.random(DType.FLOAT32, 700, 500));
    Path file =
        Checkpoints.saveCheckpoint(
            entries, folder.resolve("w"), SaveOptions.defaults().encrypt(GCM));
    change(file, Files.size(file) - 1);
    says(
        "a block cannot be decrypted with this key",
        assertThrows(CheckpointException.class, () -> Checkpoints.open(file, GCM)));
  }

  @Test
  void withGcmAFileThatChangesWhileItIsOpenIsRefused() throws IOException {
    Map<String, Tensor> entries = Map.of("w", SafetensorsTest.random(DType.FLOAT32, 700, 500));
    Path file =
        Checkpoints.saveCheckpoint(
            entries, folder.resolve("w"), SaveOptions.defaults().encrypt(GCM));
    try (CheckpointFile open = Checkpoints.open(file, GCM)) {
      SafetensorsTest.assertSame("w", entries.get("w"), open.tensor("w"));
      change(file, Files.size(file) - 1);
      says(
          "the file changed while it was open",
          assertThrows(CheckpointException.class, () -> open.tensor("w")));
    }
  }

  private static void change(Path file, long at) throws IOException {
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      bytes.seek(at);
      int was = bytes.read();
      bytes.seek(at);
      bytes.write(was ^ 1);
    }
  }

  @Test
  void aCutFileIsRefused() throws IOException {
    for (Encryption by : List.of(Encryption.aesGcm(key(32)), Encryption.aesCbc(key(32)))) {
      String name = "encrypted_" + by.mode().toLowerCase(Locale.ROOT) + "_256.ckpt";
      byte[] whole = Files.readAllBytes(GOLDEN.resolve(name));
      for (int length = 0; length < whole.length; length++) {
        Path file = Files.write(folder.resolve("cut.ckpt"), Arrays.copyOf(whole, length));
        refused(file, with(by));
      }
    }
  }

  @Test
  void claimedLengthsAreCheckedBeforeMemoryIsTaken() throws IOException {
    for (Encryption by : List.of(GCM, CBC)) {
      int tag = CipherBlock.tagBytes(by.how());
      for (int length : new int[] {Integer.MAX_VALUE, Integer.MIN_VALUE, -1, 0, 17, 1 << 30}) {
        byte[] header = CipherBlock.header(by.how(), new byte[tag], new byte[16], length);
        byte[] bytes = Arrays.copyOf(header, header.length + 16);
        CheckpointException e = refused(Files.write(folder.resolve("h.ckpt"), bytes), with(by));
        says("an encrypted block says it has " + length + " bytes, 16 are left", e);
      }
      byte[] header = CipherBlock.header(by.how(), new byte[tag], new byte[16], 16);
      byte[] bytes = Arrays.copyOf(header, header.length + 16);
      ByteBuffer fields = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
      fields.putInt(4 + tag, 1 << 30);
      says(
          "contradict each other", refused(Files.write(folder.resolve("l.ckpt"), bytes), with(by)));
      fields.putInt(4 + tag, 40).putInt(8 + tag, 12);
      says("is none", refused(Files.write(folder.resolve("v.ckpt"), bytes), with(by)));
    }
  }

  @Test
  void changedBytesAreReadOrRefused() throws IOException {
    long seed = new Random().nextLong();
    System.out.println("EncryptionTest seed " + seed);
    Random random = new Random(seed);
    for (Encryption by : List.of(GCM, CBC)) {
      String name = by.mode().toLowerCase(Locale.ROOT) + "_128.ckpt";
      byte[] whole = Files.readAllBytes(ENCRYPTED.resolve(name));
      for (int i = 0; i < 300; i++) {
        byte[] changed = whole.clone();
        for (int n = random.nextInt(4); n >= 0; n--) {
          changed[random.nextInt(changed.length)] = (byte) random.nextInt();
        }
        Path file = Files.write(folder.resolve("changed.ckpt"), changed);
        try {
          Checkpoints.loadCheckpoint(file, with(by));
        } catch (CheckpointException e) {
          assertTrue(e.getMessage().contains("changed.ckpt"), "seed " + seed);
        }
      }
    }
  }
}
