package dev.mycel.checkpoint;

import dev.mycel.core.DType;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Parameter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the entries of a file. */
final class CheckpointReader {
  private static final int MOST_ELEMENTS = Integer.MAX_VALUE - 8;
  private static final Charset UTF_32 = Charset.forName("UTF-32LE");
  private static final System.Logger LOG = System.getLogger("dev.mycel.checkpoint");

  private final Trailer.Content content;
  private final @Nullable Encryption encryption;
  private final Problems problems;

  private CheckpointReader(
      Trailer.Content content, @Nullable Encryption encryption, Problems problems) {
    this.content = content;
    this.encryption = encryption;
    this.problems = problems;
  }

  /** For a file, which is decrypted as it is read if it is encrypted. */
  static CheckpointReader of(
      Trailer.Content file, @Nullable Encryption encryption, Problems problems) throws IOException {
    return new CheckpointReader(
        EncryptedContent.plain(file, encryption, problems), encryption, problems);
  }

  static LoadedParameters read(Path file, LoadOptions options) {
    return reading(
        "loadCheckpoint",
        file,
        (content, problems) -> of(content, options.encryption, problems).read(options));
  }

  /** Whether a file has whole records and, if it has a check sum, the right one. */
  static boolean isWhole(Path file) {
    return reading(
        "checkCheckpoint",
        file,
        (content, problems) -> {
          try {
            of(content, null, problems).index(LoadOptions.defaults());
            return true;
          } catch (CheckpointException e) {
            LOG.log(System.Logger.Level.WARNING, e.getMessage());
            return false;
          }
        });
  }

  private interface Reading<T> {
    T from(Trailer.Content content, Problems problems) throws IOException;
  }

  private static <T> T reading(String op, Path file, Reading<T> work) {
    Problems problems = new Problems(op, file);
    if (Files.isDirectory(file)) {
      throw problems.of("this is a folder", "name a file");
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return work.from(new Trailer.Content(channel, channel.size()), problems);
    } catch (NoSuchFileException e) {
      throw problems.io(e, "the file does not exist", "check the path");
    } catch (IOException e) {
      throw problems.io(e, "the file cannot be read", "check its rights and the disk");
    }
  }

  /** All entries of the file, after its check sum was verified if that is wanted. */
  List<Stored> index(LoadOptions options) throws IOException {
    checkStart();
    long end = Trailer.contentEnd(content);
    if (end < content.size() && options.verifyCrc) {
      Trailer.verify(content, end, problems);
    } else if (end == content.size() && options.crcExpected) {
      LOG.log(System.Logger.Level.WARNING, problems.text("the file has no check sum to verify"));
    }
    try {
      return FileIndex.of(content, end, problems);
    } catch (CheckpointException e) {
      boolean mayBeKey = encryption != null && encryption.how() == Encryption.Mode.CBC;
      throw mayBeKey ? perhapsAnotherKey(e) : e;
    }
  }

  /** Nothing else tells that a file in a mode without a tag was decrypted with a wrong key. */
  private CheckpointException perhapsAnotherKey(CheckpointException cause) {
    CheckpointException e =
        problems.of(
            "what was decrypted is no checkpoint",
            "the key is another one, or the file is damaged");
    e.initCause(cause);
    return e;
  }

  /** An entry as callers see it; one that is no supported tensor has no dtype. */
  CheckpointEntry entry(Stored stored) {
    StoredType type = ElementType.stored(stored.type());
    List<Long> dims =
        type == null ? stored.dims() : Arrays.stream(shape(stored, type).dims()).boxed().toList();
    String name = stored.type().isEmpty() ? "table" : stored.type();
    DType dtype = type == null ? null : type.loaded();
    return new CheckpointEntry(stored.name(), name, dtype, dims, stored.bytes());
  }

  private LoadedParameters read(LoadOptions options) throws IOException {
    Map<String, Parameter> parameters = new LinkedHashMap<>();
    Map<String, String> strings = new LinkedHashMap<>();
    List<Stored> wanted = index(options).stream().filter(s -> options.passes(s.name())).toList();
    if (wanted.isEmpty()) {
      throw problems.of(
          "there is no entry to load", "the file is empty, or the choice leaves everything out");
    }
    wanted.forEach(this::check);
    for (Stored stored : wanted) {
      if (stored.type().equals(ElementType.TEXT)) {
        strings.put(stored.name(), text(stored));
      } else if (!stored.type().equals(ElementType.RANDOM_OP)) {
        parameters.put(stored.name(), parameter(stored));
      }
    }
    return new LoadedParameters(parameters, strings);
  }

  /** Tells the usual mix-ups apart from damage. */
  private void checkStart() throws IOException {
    if (content.size() == 0) {
      throw problems.of("the file is empty", "save it again");
    }
    if (content.size() < 2) {
      return;
    }
    ByteBuffer start = ByteBuffer.allocate(2);
    content.read(start, 0);
    if (start.get(0) == '\r' && start.get(1) == '\n') {
      throw problems.of(
          "the file was changed as if it were text: its line feeds became CR LF",
          "copy it again in binary mode; with git mark it as binary in .gitattributes");
    }
  }

  // ---- checks before memory is asked for --------------------------------------------------------

  void check(Stored stored) {
    String type = stored.type();
    if (type.equals(ElementType.RANDOM_OP)) {
      return;
    }
    if (type.equals(ElementType.TEXT)) {
      if (stored.bytes() % 4 != 0 || stored.bytes() > MOST_ELEMENTS) {
        throw wrong(stored, "a text has " + stored.bytes() + " bytes, which is no whole text");
      }
      return;
    }
    StoredType known = ElementType.stored(type);
    if (known == null) {
      throw foreign(stored);
    }
    shape(stored, known);
  }

  private static String leaveOut(Stored stored) {
    return "leave it out: LoadOptions.defaults().choose(name -> !name.equals(\""
        + Problems.shortened(stored.name())
        + "\"))";
  }

  private CheckpointException foreign(Stored stored) {
    String leaveOut = leaveOut(stored);
    if (stored.type().isEmpty()) {
      return problems.entry(
          stored.name(), stored.offset(), "a table of keys and values is not supported", leaveOut);
    }
    String what =
        ElementType.isForeign(stored.type())
            ? "the type " + stored.type() + " is not supported"
            : "there is no type '" + stored.type() + "'";
    return problems.entry(
        stored.name(),
        stored.offset(),
        what,
        "supported are " + ElementType.supported() + "; " + leaveOut);
  }

  private CheckpointException wrong(Stored stored, String what) {
    return problems.entry(
        stored.name(), stored.offset(), what, "the file is damaged: save or copy it again");
  }

  /** The shape, which the content must fill exactly. */
  private Shape shape(Stored stored, StoredType type) {
    long bytes = stored.bytes();
    int each = type.bits() / Byte.SIZE;
    List<Long> dims = stored.dims();
    if (dims.equals(List.of(0L)) && bytes == each) {
      return Shape.scalar(); // as old files have it
    }
    long needed = neededBytes(stored, each);
    if (needed != bytes) {
      throw wrong(
          stored,
          "shape "
              + dims
              + " of "
              + stored.type()
              + " needs "
              + needed
              + " bytes, the content has "
              + bytes);
    }
    if (bytes / each > MOST_ELEMENTS) {
      throw problems.entry(
          stored.name(),
          stored.offset(),
          "a tensor has " + bytes / each + " elements, " + MOST_ELEMENTS + " are possible",
          "split it before it is saved");
    }
    return Shape.of(dims);
  }

  private long neededBytes(Stored stored, int each) {
    boolean empty = false;
    for (long dim : stored.dims()) {
      if (dim < 0) {
        throw wrong(stored, "an extent is negative: " + stored.dims());
      }
      empty |= dim == 0;
    }
    if (empty) {
      return 0;
    }
    try {
      long needed = each;
      for (long dim : stored.dims()) {
        needed = Math.multiplyExact(needed, dim);
      }
      return needed;
    } catch (ArithmeticException e) {
      CheckpointException tooLarge =
          wrong(stored, "shape " + stored.dims() + " has more bytes than a file can");
      tooLarge.initCause(e);
      throw tooLarge;
    }
  }

  // ---- contents ---------------------------------------------------------------------------------

  String text(Stored stored) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate((int) stored.bytes());
    for (Stored.Piece piece : stored.pieces()) {
      bytes.limit(bytes.position() + (int) piece.length());
      content.read(bytes, piece.offset());
    }
    try {
      return UTF_32.newDecoder().decode(bytes.flip()).toString();
    } catch (CharacterCodingException e) {
      CheckpointException bad = wrong(stored, "a text is no valid UTF-32");
      bad.initCause(e);
      throw bad;
    }
  }

  private Parameter parameter(Stored stored) throws IOException {
    try (Tensor tensor = tensor(stored)) {
      return new Parameter(tensor, stored.name());
    }
  }

  /** The bytes of an entry as they stand in the file. */
  StoredTensors.Content bytes(Stored stored) {
    return new PieceBytes(content, stored);
  }

  /** The content of an entry that {@link #check} let pass. */
  Tensor tensor(Stored stored) throws IOException {
    StoredType type = ElementType.stored(stored.type());
    DType dtype = type == null ? null : type.loaded();
    if (type == null || dtype == null) {
      throw foreign(stored);
    }
    return StoredTensors.load(
        type,
        dtype,
        shape(stored, type),
        bytes(stored),
        what -> problems.entry(stored.name(), stored.offset(), what, leaveOut(stored)));
  }
}
