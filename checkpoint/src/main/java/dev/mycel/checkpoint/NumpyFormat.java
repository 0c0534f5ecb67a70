package dev.mycel.checkpoint;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;

/** One array as {@code np.save} writes it. */
final class NumpyFormat implements FileFormat {
  static final String NAME = "numpy";
  static final String SUFFIX = ".npy";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String beginning() {
    return "93 and NUMPY";
  }

  @Override
  public String ending() {
    return SUFFIX;
  }

  @Override
  public boolean matches(byte[] head, Path file) {
    int length = NumpyHeader.MAGIC.length;
    return head.length >= length && Arrays.equals(head, 0, length, NumpyHeader.MAGIC, 0, length);
  }

  @Override
  public CheckpointFile open(Path file, Limits limits) throws IOException {
    return NpyFile.open(file, limits);
  }
}
