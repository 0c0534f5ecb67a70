package dev.mycel.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HexFormat;

/** What PyTorch's {@code torch.save} wrote before its archives, for which see {@link ZipFormat}. */
final class TorchFormat implements FileFormat {
  static final String NAME = "pytorch";

  /** How the pickle of the magic number begins, whatever protocol it has. */
  private static final byte[] MAGIC = HexFormat.of().parseHex("8a0a6cfc9c46f9206aa850192e");

  /** Where the magic number stands: behind the protocol, and a frame from protocol 4 on. */
  private static final int[] MAGIC_AT = {2, 11};

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String beginning() {
    return "a pickle";
  }

  @Override
  public String ending() {
    return ".pt";
  }

  @Override
  public boolean matches(byte[] head, Path file) {
    return head.length >= 2
        && (head[0] & 0xff) == PickleOp.PROTO.code()
        && head[1] >= 2
        && head[1] <= 5;
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
      ByteSource bytes = ByteSource.of(content);
      TorchFile opened = new TorchFile(file, channel, contents(bytes, limits, problems));
      done = true;
      return opened;
    } finally {
      if (!done) {
        channel.close();
      }
    }
  }

  private static TorchFile.Contents contents(ByteSource bytes, Limits limits, Problems problems)
      throws IOException {
    byte[] head = new byte[(int) Math.min(bytes.size(), MAGIC_AT[1] + MAGIC.length)];
    bytes.read(ByteBuffer.wrap(head), 0);
    if (head.length == 0) {
      throw problems.at(0, "the file is empty", "save it again");
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
}
