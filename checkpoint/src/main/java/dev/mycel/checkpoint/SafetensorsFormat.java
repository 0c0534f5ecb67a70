package dev.mycel.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/** One file of safetensors: eight bytes of length, a JSON object of that length, contents. */
final class SafetensorsFormat implements FileFormat {
  static final String NAME = "safetensors";

  /** No header is as long, but a name in another format may have a brace at the ninth byte. */
  private static final long IMPLAUSIBLE = 1L << 40;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String beginning() {
    return "eight bytes of length, then {";
  }

  @Override
  public String ending() {
    return ".safetensors";
  }

  @Override
  public boolean matches(byte[] head, Path file) {
    if (head.length <= Long.BYTES || head[Long.BYTES] != '{') {
      return false;
    }
    long length = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN).getLong(0);
    return length > 0 && length < IMPLAUSIBLE;
  }

  @Override
  public CheckpointFile open(Path file, Limits limits) throws IOException {
    return SafetensorsFile.open(file, limits);
  }
}
