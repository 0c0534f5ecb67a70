package dev.mycel.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Finds the format of a file by its content. */
final class FileFormats {
  /** How many bytes of a file are looked at. */
  static final int HEAD = 512;

  /** What messages call the operation. */
  static final String OP = "open";

  private static final int SHOWN = 16;

  /** The first that matches opens the file. */
  private static final List<FileFormat> ALL =
      List.of(
          new SafetensorsFormat(),
          new MindSporeFormat(),
          new SafetensorsIndexFormat(),
          new NumpyFormat(),
          new ZipFormat(),
          new TorchFormat());

  private FileFormats() {}

  static CheckpointFile open(Path file, Limits limits, @Nullable Encryption encryption) {
    Problems problems = new Problems(OP, file);
    if (Files.isDirectory(file)) {
      throw problems.of("this is a folder", "name a file in it");
    }
    try {
      byte[] head = head(file);
      return find(head, file, problems).open(file, limits, encryption);
    } catch (NoSuchFileException e) {
      throw problems.io(e, "the file does not exist", "check the path");
    } catch (IOException e) {
      throw problems.io(e, "the file cannot be read", "check its rights and the disk");
    }
  }

  private static byte[] head(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return in.readNBytes(HEAD);
    }
  }

  /** By content; a file that fits nothing is refused by the format that its name speaks of. */
  private static FileFormat find(byte[] head, Path file, Problems problems) {
    for (FileFormat format : ALL) {
      if (format.matches(head, file)) {
        return format;
      }
    }
    String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
    for (FileFormat format : ALL) {
      if (name.endsWith(format.ending())) {
        return format;
      }
    }
    throw problems.of(
        "the content is of no known format: " + shown(head),
        "known are "
            + ALL.stream()
                .map(f -> f.name() + " (" + f.beginning() + ")")
                .collect(Collectors.joining(", ")));
  }

  private static String shown(byte[] head) {
    if (head.length == 0) {
      return "the file is empty";
    }
    int count = Math.min(SHOWN, head.length);
    return "it begins with the bytes "
        + HexFormat.ofDelimiter(" ").formatHex(head, 0, count)
        + (head.length > count ? " ..." : "");
  }
}
