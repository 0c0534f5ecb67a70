package dev.mycel.checkpoint;

import dev.mycel.checkpoint.names.NameMap;
import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads maps of names from files. */
final class NameMapFile {
  /** No map needs more. */
  private static final int MOST_BYTES = 1 << 20;

  private NameMapFile() {}

  static NameMap read(Path file) {
    Problems problems = new Problems("readNameMap", file);
    String text;
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MOST_BYTES + 1);
      if (bytes.length > MOST_BYTES) {
        throw problems.of(
            "the file has more than " + MOST_BYTES + " bytes", "use patterns instead of names");
      }
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw problems.io(
          e, "the file is no text in UTF-8", "a map of names has a rule on each line");
    } catch (IOException e) {
      throw problems.io(e, "the file cannot be read", "check its name and rights");
    }
    try {
      return NameMap.parse(text.startsWith("\ufeff") ? text.substring(1) : text);
    } catch (ArgumentException e) {
      String why = String.valueOf(e.getMessage());
      throw new CheckpointException(
          Messages.of("readNameMap: " + why.replaceFirst("^nameMap: ", ""))
              .line("file", file)
              .text(),
          e);
    }
  }
}
