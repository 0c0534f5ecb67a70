package dev.mycel.checkpoint;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Tells whether a file is there to its last byte. */
final class WholeFile {
  private WholeFile() {}

  static void verify(Path file) {
    Problems problems = new Problems("verify", file);
    if (Files.isDirectory(file)) {
      throw problems.of("this is a folder", "name a file");
    }
    try {
      Interrupts.outlasting(() -> read(file, problems));
    } catch (NoSuchFileException e) {
      throw problems.io(e, "the file does not exist", "check the path");
    } catch (IOException e) {
      throw problems.io(e, "the file cannot be read", "check its rights and the disk");
    }
  }

  private static boolean read(Path file, Problems problems) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      Trailer.Content content = new Trailer.Content(channel, channel.size());
      if (Trailer.contentEnd(content) == content.size()) {
        throw problems.of(
            "the file does not end in a check sum",
            "it was cut, or saved without SaveOptions.crcCheck");
      }
      CheckpointReader reader = CheckpointReader.of(content, null, problems);
      reader.index(LoadOptions.defaults()).forEach(reader::entry);
    }
    return true;
  }
}
