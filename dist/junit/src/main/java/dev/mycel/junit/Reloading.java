package dev.mycel.junit;

import dev.mycel.checkpoint.Checkpoints;
import dev.mycel.checkpoint.LoadMode;
import dev.mycel.core.Messages;
import dev.mycel.core.Scope;
import dev.mycel.core.Tensor;
import dev.mycel.core.Tree;
import dev.mycel.nn.Cell;
import dev.mycel.nn.Parameter;
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

  /** Loads into the same cell, whose parameters have been overwritten in between. */
  static void same(Cell<?, ?> cell) {
    Map<Parameter, Parameter> before = new LinkedHashMap<>();
    cell.getParameters().forEach(p -> before.put(p, p.initData().copy()));
    try {
      withFile(
          file -> {
            Checkpoints.saveCheckpoint(cell, file);
            before.keySet().forEach(Reloading::overwrite);
            Checkpoints.loadParamIntoNet(cell, Checkpoints.loadCheckpoint(file), LoadMode.EXACT);
          });
      List<String> changed = new ArrayList<>();
      before.forEach(
          (now, kept) -> {
            if (!now.value().sameAs(kept.value())) {
              changed.add(now.name());
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
  private static void overwrite(Parameter parameter) {
    try (Scope scope = Scope.open()) {
      parameter.assign(parameter.value().eq(0).cast(parameter.dtype()));
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
                  .hint("what is no parameter is not saved: is there state in other fields?")
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
