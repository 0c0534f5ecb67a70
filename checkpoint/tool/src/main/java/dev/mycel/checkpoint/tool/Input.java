package dev.mycel.checkpoint.tool;

import dev.mycel.checkpoint.CheckpointException;
import dev.mycel.checkpoint.CheckpointFile;
import dev.mycel.checkpoint.Checkpoints;
import dev.mycel.checkpoint.Encryption;
import dev.mycel.core.ArgumentException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How files are opened. */
final class Input {
  private static final String HEX = "hex:";

  @Option(
      names = "--dec-key",
      paramLabel = "KEY",
      description = {
        "Key of an encrypted .ckpt: 16, 24 or 32 characters,",
        "or hex: and 32, 48 or 64 hexadecimal digits."
      })
  private @Nullable String key;

  @Option(
      names = "--dec-mode",
      paramLabel = "MODE",
      defaultValue = "AES-GCM",
      description = "AES-GCM or AES-CBC (default: ${DEFAULT-VALUE}).")
  private String mode = "AES-GCM";

  CheckpointFile open(Path file) {
    refuseFolder(file);
    String given = key;
    return given == null
        ? Checkpoints.open(file)
        : Checkpoints.open(file, Encryption.of(mode, bytes(given)));
  }

  /** Opens a file that may be encrypted or not. */
  CheckpointFile openAny(Path file) {
    refuseFolder(file);
    try {
      return Checkpoints.open(file);
    } catch (CheckpointException e) {
      if (key == null) {
        throw e;
      }
      return open(file);
    }
  }

  private static void refuseFolder(Path file) {
    if (Files.isDirectory(file)) {
      throw new ArgumentException("open: '" + file + "' is a folder; name a file in it");
    }
  }

  private static byte[] bytes(String key) {
    if (!key.startsWith(HEX)) {
      return key.getBytes(StandardCharsets.UTF_8);
    }
    try {
      return HexFormat.of().parseHex(key.substring(HEX.length()));
    } catch (IllegalArgumentException e) {
      throw new ArgumentException("--dec-key: what follows hex: is no hexadecimal number");
    }
  }
}
