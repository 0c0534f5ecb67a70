package dev.mycel.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;

/** What PyTorch's {@code torch.save} writes: a zip archive, or the format that it wrote before. */
final class TorchFormat implements FileFormat {
  static final String NAME = "pytorch";

  private static final byte[] ZIP = {'P', 'K', 3, 4};
  private static final byte[] EMPTY_ZIP = {'P', 'K', 5, 6};

  /** How the pickle of the magic number begins, whatever protocol it has. */
  private static final byte[] MAGIC = HexFormat.of().parseHex("8a0a6cfc9c46f9206aa850192e");

  /** Where the magic number stands: behind the protocol, and a frame from protocol 4 on. */
  private static final int[] MAGIC_AT = {2, 11};

  /** Where the name of a zip's first entry stands. */
  private static final int NAME_AT = 30;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String beginning() {
    return "a zip archive with data.pkl, or a pickle";
  }

  @Override
  public String ending() {
    return ".pt";
  }

  /** A pickle, or a zip whose first entry has a folder before its name and is no array. */
  @Override
  public boolean matches(byte[] head, Path file) {
    if (head.length >= 2 && (head[0] & 0xff) == PickleOp.PROTO.code() && head[1] >= 2) {
      return head[1] <= 5;
    }
    if (startsWith(head, 0, EMPTY_ZIP)) {
      return hasName(file);
    }
    if (!startsWith(head, 0, ZIP) || head.length < NAME_AT) {
      return false;
    }
    int length =
        ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN).getShort(NAME_AT - 4) & 0xffff;
    int end = Math.min(head.length, NAME_AT + length);
    String first = new String(head, NAME_AT, end - NAME_AT, StandardCharsets.ISO_8859_1);
    return !first.endsWith(".npy") && (first.indexOf('/') > 0 || hasName(file));
  }

  private static boolean hasName(Path file) {
    String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
    return name.endsWith(".pt") || name.endsWith(".pth");
  }

  private static boolean startsWith(byte[] head, int from, byte[] start) {
    return head.length >= from + start.length
        && Arrays.equals(head, from, from + start.length, start, 0, start.length);
  }

  @Override
  public CheckpointFile open(Path file, Limits limits) throws IOException {
    Problems problems = new Problems(FileFormats.OP, file);
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
    boolean done = false;
    try {
      Trailer.Content content = new Trailer.Content(channel, channel.size());
      TorchBytes bytes = bytes(content);
      TorchFile opened = new TorchFile(file, channel, contents(bytes, limits, problems));
      done = true;
      return opened;
    } finally {
      if (!done) {
        channel.close();
      }
    }
  }

  private static TorchFile.Contents contents(TorchBytes bytes, Limits limits, Problems problems)
      throws IOException {
    byte[] head = new byte[(int) Math.min(bytes.size(), MAGIC_AT[1] + MAGIC.length)];
    bytes.read(ByteBuffer.wrap(head), 0);
    if (head.length == 0) {
      throw problems.at(0, "the file is empty", "save it again");
    }
    if (startsWith(head, 0, ZIP) || startsWith(head, 0, EMPTY_ZIP)) {
      return TorchArchive.read(bytes, limits, problems);
    }
    boolean pickle = (head[0] & 0xff) == PickleOp.PROTO.code();
    boolean cut = pickle && head.length < MAGIC_AT[0] + MAGIC.length;
    if (cut || pickle && Arrays.stream(MAGIC_AT).anyMatch(at -> startsWith(head, at, MAGIC))) {
      return TorchLegacy.read(bytes, limits, problems);
    }
    if (pickle) {
      throw problems.at(
          0, "this is a pickle that torch.save did not write", "save it with torch.save");
    }
    throw problems.at(
        0,
        "the file begins neither as a zip archive nor as a pickle of torch.save",
        "the file is damaged or has another format");
  }

  private static TorchBytes bytes(Trailer.Content content) {
    return new TorchBytes() {
      @Override
      public long size() {
        return content.size();
      }

      @Override
      public void read(ByteBuffer into, long position) throws IOException {
        content.read(into, position);
      }
    };
  }
}
