package dev.mycel.misuse;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The whole message of every case, from the files of the resource folder {@code misuse}: a line
 * {@code ## case}, then the exception's simple name, a colon and the message.
 */
final class Expected {
  private Expected() {}

  private static final List<String> FILES =
      List.of(
          "messages",
          "cells",
          "hooks",
          "gradients",
          "precision",
          "randomness",
          "training",
          "checkpoints",
          "nd4j");

  static Map<String, String> load() {
    Map<String, String> messages = new LinkedHashMap<>();
    FILES.forEach(file -> load("/misuse/" + file + ".txt", messages));
    return messages;
  }

  private static void load(String file, Map<String, String> messages) {
    try (InputStream in = Objects.requireNonNull(Expected.class.getResourceAsStream(file), file)) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      for (String section : text.split("(?m)^## ", -1)) {
        int end = section.indexOf('\n');
        if (end > 0) {
          messages.put(
              section.substring(0, end).strip(), section.substring(end + 1).stripTrailing());
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
