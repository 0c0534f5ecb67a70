package dev.mycel.checkpoint.tool;

import dev.mycel.checkpoint.CheckpointEntry;
import dev.mycel.checkpoint.CheckpointException;
import dev.mycel.checkpoint.CheckpointFile;
import dev.mycel.core.Scope;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Loads everything of a file and keeps nothing. */
@Command(
    name = "verify",
    mixinStandardHelpOptions = true,
    description = "Reads every tensor of a file as a program would, with all check sums.")
final class VerifyCommand implements Callable<Integer> {
  @ParentCommand private @Nullable Main main;
  @Spec private @Nullable CommandSpec spec;
  @Mixin private Input input = new Input();

  @Parameters(paramLabel = "FILE", description = "The file.")
  private Path file = Path.of("");

  @Override
  public Integer call() {
    CommandLine line = Objects.requireNonNull(spec).commandLine();
    try (CheckpointFile opened = input.open(file)) {
      List<CheckpointEntry> entries = opened.entries();
      long bytes = entries.stream().mapToLong(CheckpointEntry::bytes).sum();
      int bad = 0;
      try (Progress progress = Objects.requireNonNull(main).progress(bytes)) {
        for (CheckpointEntry entry : entries) {
          bad += isFine(opened, entry, line.getErr(), progress) ? 0 : 1;
        }
      }
      line.getOut()
          .println(
              (bad == 0 ? "fine" : bad + " of " + entries.size() + " tensors cannot be loaded")
                  + ": "
                  + opened.format()
                  + ", "
                  + entries.size()
                  + " tensors, "
                  + Printable.megabytes(bytes)
                  + " MB");
      return bad == 0 ? Main.FINE : Main.BAD;
    }
  }

  /**
   * What cannot be read at all ends the command; what is damaged is told, and the rest looked at.
   */
  private static boolean isFine(
      CheckpointFile opened, CheckpointEntry entry, PrintWriter err, Progress progress) {
    try (Scope scope = Scope.open()) {
      opened.tensor(entry.name());
      progress.add(entry.bytes());
      return true;
    } catch (CheckpointException e) {
      if (Main.isTrouble(e)) {
        throw e;
      }
      progress.wipe();
      Main.tell(err, String.valueOf(e.getMessage()));
      return false;
    }
  }
}
