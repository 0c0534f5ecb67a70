package dev.mycel.misuse;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * The whole message of every case, from {@code misuse/messages.txt}: a line {@code ## case}, then
 * the exception's simple name, a colon and the message.
 */
final class Expected {
  private Expected() {}

  static Map<String, String> load() {
    try (InputStream in =
        Objects.requireNonNull(Expected.class.getResourceAsStream("/misuse/messages.txt"))) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      Map<String, String> messages = new LinkedHashMap<>();
      for (String section : text.split("(?m)^## ", -1)) {
        int end = section.indexOf('\n');
        if (end > 0) {
          messages.put(
              section.substring(0, end).strip(), section.substring(end + 1).stripTrailing());
        }
      }
      return messages;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
