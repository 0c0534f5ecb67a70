package dev.mycel.checkpoint;

import dev.mycel.core.DType;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Parameter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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

/** Reads the entries of a file. */
final class CheckpointReader {
  private static final int MOST_ELEMENTS = Integer.MAX_VALUE - 8;
  private static final Charset UTF_32 = Charset.forName("UTF-32LE");
  private static final List<Integer> ENCRYPTED = List.of(0x7F3A5ED8, 0x7F3A5ED9, 0x7F3A5EDA);

  private final Trailer.Content content;
  private final Problems problems;

  CheckpointReader(Trailer.Content content, Problems problems) {
    this.content = content;
    this.problems = problems;
  }

  static LoadedParameters read(Path file, LoadOptions options) {
    Problems problems = new Problems("loadCheckpoint", file);
    if (Files.isDirectory(file)) {
      throw problems.of("this is a folder", "name a file");
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      Trailer.Content content = new Trailer.Content(channel, channel.size());
      return new CheckpointReader(content, problems).read(options);
    } catch (NoSuchFileException e) {
      throw problems.io(e, "the file does not exist", "check the path");
    } catch (IOException e) {
      throw problems.io(e, "the file cannot be read", "check its rights and the disk");
    }
  }

  static boolean isEncrypted(int magic) {
    return ENCRYPTED.contains(magic);
  }

  /** All entries of the file, after its check sum was verified if that is wanted. */
  List<Stored> index(LoadOptions options) throws IOException {
    checkStart();
    long end = Trailer.contentEnd(content);
    if (end < content.size() && options.verifyCrc) {
      Trailer.verify(content, end, problems);
    }
    return FileIndex.of(content, end, problems);
  }

  /** An entry as callers see it; one that is no supported tensor has no dtype. */
  CheckpointEntry entry(Stored stored) {
    DType dtype = ElementType.dtype(stored.type());
    List<Long> dims =
        dtype == null ? stored.dims() : Arrays.stream(shape(stored, dtype).dims()).boxed().toList();
    String type = stored.type().isEmpty() ? "table" : stored.type();
    return new CheckpointEntry(stored.name(), type, dtype, dims, stored.bytes());
  }

  private LoadedParameters read(LoadOptions options) throws IOException {
    Map<String, Parameter> parameters = new LinkedHashMap<>();
    Map<String, String> strings = new LinkedHashMap<>();
    List<Stored> wanted =
        index(options).stream().filter(s -> options.choice.test(s.name())).toList();
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
    if (content.size() < Integer.BYTES) {
      if (content.size() == 0) {
        throw problems.of("the file is empty", "save it again");
      }
      return;
    }
    ByteBuffer start = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    content.read(start, 0);
    int magic = start.getInt(0);
    if (isEncrypted(magic)) {
      throw problems.of(
          "the file is encrypted, which is not supported",
          "load it with MindSpore and save it again without enc_key");
    }
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
    DType dtype = ElementType.dtype(type);
    if (dtype == null) {
      throw foreign(stored);
    }
    shape(stored, dtype);
  }

  private CheckpointException foreign(Stored stored) {
    String leaveOut =
        "leave it out: LoadOptions.defaults().choose(name -> !name.equals(\""
            + Problems.shortened(stored.name())
            + "\"))";
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
  private Shape shape(Stored stored, DType dtype) {
    long bytes = stored.bytes();
    List<Long> dims = stored.dims();
    if (dims.equals(List.of(0L)) && bytes == dtype.bytes()) {
      return Shape.scalar(); // as old files have it
    }
    long needed = neededBytes(stored, dtype);
    if (needed != bytes) {
      throw wrong(
          stored,
          "shape "
              + dims
              + " of "
              + dtype
              + " needs "
              + needed
              + " bytes, the content has "
              + bytes);
    }
    if (bytes / dtype.bytes() > MOST_ELEMENTS) {
      throw problems.entry(
          stored.name(),
          stored.offset(),
          "a tensor has " + bytes / dtype.bytes() + " elements, " + MOST_ELEMENTS + " are possible",
          "split it before it is saved");
    }
    return Shape.of(dims);
  }

  private long neededBytes(Stored stored, DType dtype) {
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
      long needed = dtype.bytes();
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

  /** The content of an entry that {@link #check} let pass. */
  Tensor tensor(Stored stored) throws IOException {
    DType dtype = DType.of(stored.type());
    Shape shape = shape(stored, dtype);
    StoredTensors.Content pieces = new Pieces(content, stored);
    int width = dtype.bytes();
    return Interpreters.root().fromBytes(dtype, shape, piece -> pieces.fill(piece, width));
  }

  /** The content of an entry; a piece of it may end within an element. */
  private static final class Pieces implements StoredTensors.Content {
    private final Trailer.Content file;
    private final Stored stored;
    private int piece;
    private long within;

    Pieces(Trailer.Content file, Stored stored) {
      this.file = file;
      this.stored = stored;
    }

    @Override
    public ByteBuffer next(int bytes) throws IOException {
      ByteBuffer block = Elements.block(bytes);
      read(block);
      return block.flip();
    }

    @Override
    public void fill(ByteBuffer into, int width) throws IOException {
      if (ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN) {
        read(into);
      } else {
        StoredTensors.Content.super.fill(into, width);
      }
    }

    private void read(ByteBuffer into) throws IOException {
      int end = into.limit();
      while (into.position() < end) {
        Stored.Piece from = stored.pieces().get(piece);
        int n = (int) Math.min(end - into.position(), from.length() - within);
        into.limit(into.position() + n);
        file.read(into, from.offset() + within);
        within += n;
        if (within == from.length()) {
          piece++;
          within = 0;
        }
      }
    }
  }
}
