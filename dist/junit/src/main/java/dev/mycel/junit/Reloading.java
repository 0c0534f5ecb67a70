package dev.mycel.junit;

import static java.util.Objects.requireNonNull;

import dev.mycel.checkpoint.Checkpoints;
import dev.mycel.checkpoint.LoadMode;
import dev.mycel.core.Messages;
import dev.mycel.core.Scope;
import dev.mycel.core.Tensor;
import dev.mycel.core.Tree;
import dev.mycel.core.Variable;
import dev.mycel.nn.Cell;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Saves a cell into a temporary file and loads it again. */
final class Reloading {
  private static final String OP = "assertSameAfterReload";

  private Reloading() {}

  /** Loads into the same cell, whose parameters and buffers have been overwritten in between. */
  static void same(Cell<?, ?> cell) {
    Map<String, Variable> saved = cell.variablesDict();
    Map<Variable, Variable> before = new LinkedHashMap<>();
    saved.values().forEach(v -> before.put(v, new Variable(v.value())));
    try {
      withFile(
          file -> {
            Checkpoints.saveCheckpoint(cell, file);
            before.keySet().forEach(Reloading::overwrite);
            Checkpoints.loadParamIntoNet(cell, Checkpoints.loadCheckpoint(file), LoadMode.EXACT);
          });
      List<String> changed = new ArrayList<>();
      saved.forEach(
          (name, now) -> {
            if (!now.value().sameAs(requireNonNull(before.get(now)).value())) {
              changed.add(name);
            }
          });
      if (!changed.isEmpty()) {
        throw new AssertionError(
            Messages.of(OP + ": parameters come back with other values")
                .line("changed", String.join(" ", changed))
                .text());
      }
    } finally {
      try (Scope scope = Scope.open()) {
        before.forEach((now, kept) -> now.assign(kept.value()));
      }
    }
  }

  /** Zeros become ones, and all else becomes zero: no bit of the value stays. */
  private static void overwrite(Variable variable) {
    try (Scope scope = Scope.open()) {
      variable.assign(variable.value().eq(0).cast(variable.type().dtype()));
    }
  }

  /** Loads into another cell, which must compute the same. */
  static <I, O> void same(Cell<I, O> cell, Cell<I, O> fresh, I input) {
    if (fresh == cell) {
      throw new AssertionError(OP + ": the fresh cell is the saved one");
    }
    withFile(
        file -> {
          Checkpoints.saveCheckpoint(cell, file);
          Checkpoints.loadParamIntoNet(fresh, Checkpoints.loadCheckpoint(file), LoadMode.EXACT);
        });
    try (Scope scope = Scope.open()) {
      List<Tensor> right = Tree.tensors(cell.call(input));
      List<Tensor> found = Tree.tensors(fresh.call(input));
      for (int i = 0; i < right.size(); i++) {
        if (i >= found.size() || !found.get(i).sameAs(right.get(i))) {
          throw new AssertionError(
              Messages.of(OP + ": the loaded cell computes something else")
                  .line("output", i)
                  .line("saved ", right.get(i).type())
                  .line("loaded", i >= found.size() ? "nothing" : found.get(i).type())
                  .hint(
                      "only parameters and persistent buffers are saved: is there state in other"
                          + " fields?")
                  .text());
        }
      }
    }
  }

  private static void withFile(Consumer<Path> work) {
    try {
      Path folder = Files.createTempDirectory("mycel-reload");
      Path file = folder.resolve("cell.ckpt");
      try {
        work.accept(file);
      } finally {
        Files.deleteIfExists(file);
        Files.deleteIfExists(folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(OP + ": no temporary file can be written", e);
    }
  }
}
