package dev.mycel.misuse;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mycel.checkpoint.Checkpoints;
import dev.mycel.checkpoint.Encryption;
import dev.mycel.checkpoint.Limits;
import dev.mycel.checkpoint.LoadMode;
import dev.mycel.checkpoint.LoadOptions;
import dev.mycel.checkpoint.MappingMode;
import dev.mycel.checkpoint.SaveOptions;
import dev.mycel.checkpoint.names.NameMap;
import dev.mycel.core.Ops;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Parameter;
import dev.mycel.nn.layer.BatchNorm2d;
import dev.mycel.nn.layer.Dense;
import dev.mycel.train.CheckpointConfig;
import dev.mycel.train.CheckpointManager;
import dev.mycel.train.TrainingState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Mistakes with files, mapped names and states of trainings. */
final class CheckpointMistakes {
  private CheckpointMistakes() {}

  private interface InFolder {
    void run(Path folder) throws IOException;
  }

  private static Runnable inFolder(InFolder work) {
    return () -> {
      try {
        Path folder = Files.createTempDirectory("mycel-misuse");
        work.run(Files.createDirectory(folder.resolve("f")));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    };
  }

  static void add(Map<String, Runnable> c) {
    saving(c);
    formats(c);
    damage(c);
    mapping(c);
    configuration(c);
    states(c);
    managers(c);
  }

  private static void saving(Map<String, Runnable> c) {
    Parameter w = new Parameter(Ops.ones(2), "w");
    c.put(
        "two parameters of one name in a checkpoint",
        inFolder(f -> Checkpoints.saveCheckpoint(List.of(w, w), f.resolve("a"))));
    c.put(
        "an entry of a kind that no checkpoint has",
        inFolder(
            f -> Checkpoints.saveCheckpoint(Map.of("today", new StringBuilder()), f.resolve("a"))));
    c.put(
        "a choice that leaves nothing to save",
        inFolder(
            f ->
                Checkpoints.saveCheckpoint(
                    new Dense(2, 1), f.resolve("a"), SaveOptions.defaults().choose(n -> false))));
    c.put(
        "a text in an archive of arrays",
        inFolder(f -> Checkpoints.saveNpz(Map.of("note", "a plane"), f.resolve("a"))));
    c.put(
        "a choice that leaves nothing to load",
        inFolder(
            f ->
                Checkpoints.loadCheckpoint(
                    dense(f), LoadOptions.defaults().specifyPrefix("backbone."))));
  }

  private static Path dense(Path folder) {
    return Checkpoints.saveCheckpoint(new Dense(2, 1), folder.resolve("dense"));
  }

  private static void formats(Map<String, Runnable> c) {
    c.put(
        "a file of no known format",
        inFolder(
            f -> Checkpoints.open(Files.writeString(f.resolve("model.h5"), "HDF says hello"))));
    c.put(
        "a text called a checkpoint",
        inFolder(
            f -> Checkpoints.open(Files.writeString(f.resolve("a.safetensors"), "version 1"))));
    c.put(
        "loadCheckpoint of another format",
        inFolder(
            f ->
                Checkpoints.loadCheckpoint(
                    Checkpoints.saveSafetensors(new Dense(2, 1), f.resolve("a")))));
    c.put(
        "a key for another format",
        inFolder(
            f ->
                Checkpoints.open(
                    Checkpoints.saveSafetensors(new Dense(2, 1), f.resolve("a")),
                    Encryption.aesGcm(new byte[16]))));
    c.put(
        "more entries than the limit",
        inFolder(f -> Checkpoints.open(dense(f), Limits.defaults().entries(1))));
    c.put(
        "an entry that is not in the file",
        inFolder(
            f -> {
              try (var file = Checkpoints.open(dense(f))) {
                file.tensor("wieght");
              }
            }));
  }

  private static void damage(Map<String, Runnable> c) {
    c.put(
        "a checkpoint twice in one file",
        inFolder(
            f -> {
              byte[] once = Files.readAllBytes(dense(f));
              byte[] twice = Arrays.copyOf(once, 2 * once.length);
              System.arraycopy(once, 0, twice, once.length, once.length);
              Checkpoints.loadCheckpoint(Files.write(f.resolve("twice.ckpt"), twice));
            }));
    c.put(
        "a checkpoint with a changed byte",
        inFolder(
            f -> {
              SaveOptions crc = SaveOptions.defaults().crcCheck(true);
              Path file = Checkpoints.saveCheckpoint(Map.of("w", Ops.ones(4)), f.resolve("a"), crc);
              byte[] bytes = Files.readAllBytes(file);
              bytes[30] ^= 1;
              Checkpoints.loadCheckpoint(Files.write(file, bytes));
            }));
    c.put(
        "safetensors that are cut off",
        inFolder(
            f ->
                Checkpoints.open(
                    cut(Checkpoints.saveSafetensors(new Dense(2, 1), f.resolve("a"))))));
    c.put(
        "an archive of arrays that is cut off",
        inFolder(f -> Checkpoints.open(cut(Checkpoints.saveNpz(new Dense(2, 1), f.resolve("a"))))));
    c.put(
        "an array that is cut off",
        inFolder(f -> Checkpoints.open(cut(Checkpoints.saveNpy(Ops.ones(3), f.resolve("a"))))));
    c.put(
        "a pickle that asks for code",
        inFolder(
            f ->
                Checkpoints.open(
                    Files.write(
                        f.resolve("a.pt"),
                        "\u0080\u0002cposix\nsystem\nq\0.".getBytes(ISO_8859_1)))));
  }

  private static Path cut(Path file) throws IOException {
    byte[] whole = Files.readAllBytes(file);
    return Files.write(file, Arrays.copyOf(whole, whole.length - 3));
  }

  private static void mapping(Map<String, Runnable> c) {
    Tensor row = Ops.ones(1, 2);
    Map<String, Parameter> foreign = Map.of("fc.wight", new Parameter(row, "fc.wight"));
    NameMap strip = NameMap.builder().stripPrefix("fc.").build();
    c.put(
        "a strict mapping of names that do not fit",
        () -> Checkpoints.load(foreign, new Dense(2, 1), strip, MappingMode.STRICT));
    c.put(
        "a mapping whose shapes do not fit",
        () ->
            Checkpoints.load(
                Map.of("weight", new Parameter(row, "weight")),
                new Dense(3, 1),
                NameMap.builder().build(),
                MappingMode.LENIENT));
    c.put(
        "an exact load without an entry",
        () ->
            Checkpoints.loadParamIntoNet(
                new Dense(2, 1), Map.of("weight", new Parameter(row, "weight")), LoadMode.EXACT));
    c.put("a rule with a star on one side", () -> NameMap.builder().name("fc.*", "head"));
    c.put("a rule that is no rule", () -> NameMap.parse("strip module.\nrename a -> b"));
    c.put("an expression that is none", () -> NameMap.builder().regex("fc(", "head"));
    c.put(
        "two rules that make one name",
        () -> NameMap.builder().name("a", "x").name("b", "x").build().plan(List.of("a", "b")));
    c.put(
        "the inverse of an expression",
        () -> NameMap.builder().regex("fc(.)", "head$1").build().inverse());
  }

  private static CheckpointConfig.Builder config() {
    return CheckpointConfig.builder();
  }

  private static void configuration(Map<String, Runnable> c) {
    Encryption by = Encryption.aesGcm(new byte[16]);
    c.put("checkpoints saved by a forked process", () -> config().asyncSave("process"));
    c.put("an unknown way to save beside the training", () -> config().asyncSave("fork"));
    c.put("checkpoints without what other devices have", () -> config().removeRedundancy(true));
    c.put("increments of tables in checkpoints", () -> config().mapParamInc(true));
    c.put("checkpoints in an unknown format", () -> config().format("h5"));
    c.put("the random operators of a graph", () -> config().appendInfo("epoch_num", "random_op"));
    c.put("appended info of an unknown name", () -> config().appendInfo("epoch"));
    c.put("an encrypted training state", () -> config().trainingState(true).encrypt(by).build());
    c.put("encrypted safetensors", () -> config().format("safetensors").encrypt(by).build());
    c.put(
        "encrypted checkpoints with check sums", () -> config().encrypt(by).crcCheck(true).build());
  }

  private static void states(Map<String, Runnable> c) {
    c.put(
        "resuming from a checkpoint of parameters alone",
        inFolder(f -> TrainingState.of(new Dense(2, 1)).restore(dense(f))));
    c.put(
        "resuming from the state of another net",
        inFolder(
            f -> {
              Path file = TrainingState.of(new Dense(2, 1)).save(f.resolve("state"));
              TrainingState.of(new BatchNorm2d(2)).restore(file);
            }));
    c.put(
        "resuming from the state of a net of other shapes",
        inFolder(
            f -> {
              Path file = TrainingState.of(new Dense(2, 1)).save(f.resolve("state"));
              TrainingState.of(new Dense(3, 1)).restore(file);
            }));
    c.put(
        "resuming from a state that is cut off",
        inFolder(
            f -> {
              TrainingState state = TrainingState.of(new Dense(2, 1));
              Path file = state.save(f.resolve("state"));
              state.restore(Files.write(file, Arrays.copyOf(Files.readAllBytes(file), 20)));
            }));
    c.put(
        "an entry of a state as another type",
        () -> TrainingState.of(new Dense(2, 1)).put("note", "a plane").getLong("note"));
    c.put(
        "an entry that a state has not",
        () -> TrainingState.of(new Dense(2, 1)).put("note", "a plane").getLong("steps"));
  }

  private static void managers(Map<String, Runnable> c) {
    c.put(
        "a manager that keeps nothing", inFolder(f -> CheckpointManager.builder(f).keepNewest(0)));
    c.put(
        "states saved after every 0 steps",
        inFolder(f -> managed(f, manager -> manager.everySteps(0))));
    c.put(
        "a value for a manager that compares none",
        inFolder(f -> managed(f, manager -> manager.save(TrainingState.of(new Dense(2, 1)), 0.5))));
    c.put(
        "a second manager of a folder",
        inFolder(f -> managed(f, manager -> CheckpointManager.open(f))));
    c.put(
        "a manager that was closed",
        inFolder(
            f -> {
              CheckpointManager manager = CheckpointManager.open(f);
              manager.close();
              manager.latest();
            }));
    c.put(
        "a folder of damaged states",
        inFolder(
            f -> {
              Files.write(f.resolve("CKP-1_1.ckpt"), "nothing".getBytes(UTF_8));
              managed(f, CheckpointManager::latest);
            }));
  }

  private static void managed(Path folder, Consumer<CheckpointManager> work) {
    try (CheckpointManager manager = CheckpointManager.open(folder)) {
      work.accept(manager);
    }
  }
}
