package dev.mycel.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.checkpoint.CheckpointException;
import dev.mycel.checkpoint.CheckpointFile;
import dev.mycel.checkpoint.Checkpoints;
import dev.mycel.checkpoint.Encryption;
import dev.mycel.checkpoint.LoadOptions;
import dev.mycel.checkpoint.LoadedParameters;
import dev.mycel.core.ArgumentException;
import dev.mycel.core.Mycel;
import dev.mycel.junit.MycelTest;
import dev.mycel.nn.layer.Dense;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every option of MindSpore's {@code CheckpointConfig} works or is refused by its name. */
@MycelTest
class CheckpointConfigTest {
  private static final Encryption KEY = Encryption.aesGcm(new byte[16]);

  @TempDir Path folder;

  private static CheckpointConfig.Builder config() {
    return CheckpointConfig.builder();
  }

  private static List<String> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(f -> f.getFileName().toString()).sorted().toList();
    }
  }

  /** Trains two epochs of four steps and saves into a folder. */
  private Path trained(String name, CheckpointConfig config, Callback... more) {
    Mycel.setSeed(5);
    Path into = folder.resolve(name);
    List<Callback> callbacks = new ArrayList<>(List.of(more));
    callbacks.add(new ModelCheckpoint(into, config));
    Lines.model(new Dense(2, 1)).train(2, Lines.plane(4), callbacks.toArray(new Callback[0]));
    return into;
  }

  private static void assertSameFiles(Path expected, Path actual) throws IOException {
    assertEquals(files(expected), files(actual));
    for (String file : files(expected)) {
      assertEquals(-1, Files.mismatch(expected.resolve(file), actual.resolve(file)), file);
    }
  }

  @Test
  void savesInTheBackgroundGiveTheSameFiles() throws IOException {
    for (boolean state : new boolean[] {false, true}) {
      Path now = trained("now" + state, config().trainingState(state).keepCheckpointMax(3).build());
      Path later =
          trained(
              "later" + state,
              config().trainingState(state).keepCheckpointMax(3).asyncSave(true).build());
      assertEquals(List.of("CKP-2_2.ckpt", "CKP-2_3.ckpt", "CKP-2_4.ckpt"), files(later));
      assertSameFiles(now, later);
    }
  }

  /** Before that step, a folder is put where its file is to be: it cannot be written. */
  private LambdaCallback blocked(String name, int step) {
    return new LambdaCallback()
        .onTrainStepBegin(
            c -> {
              if (c.originalArgs().curStepNum() == step) {
                try {
                  String file = "CKP-" + (step + 3) / 4 + "_" + ((step + 3) % 4 + 1) + ".ckpt";
                  Files.createDirectory(folder.resolve(name).resolve(file));
                } catch (IOException e) {
                  throw new IllegalStateException(e);
                }
              }
            });
  }

  @Test
  void anErrorInTheBackgroundEndsTheTrainingAndLeavesTheFileBefore() throws IOException {
    for (boolean state : new boolean[] {false, true}) {
      String name = "blocked" + state;
      CheckpointConfig config =
          config().trainingState(state).asyncSave("thread").keepCheckpointMax(1).build();
      CheckpointException e =
          assertThrows(CheckpointException.class, () -> trained(name, config, blocked(name, 3)));
      assertTrue(e.getMessage().contains("a save in the background failed"), e::getMessage);
      assertInstanceOf(CheckpointException.class, e.getCause());
      Path before = folder.resolve(name).resolve("CKP-1_2.ckpt");
      assertFalse(Checkpoints.loadCheckpoint(before).isEmpty(), "the file before is whole");
    }
  }

  @Test
  void anErrorOfTheLastSaveComesOutAtTheEnd() {
    CheckpointConfig config = config().saveCheckpointSteps(8).asyncSave(true).build();
    assertThrows(CheckpointException.class, () -> trained("last", config, blocked("last", 8)));
  }

  @Test
  void aTrainingThatFailsNotesThatItsSaveFailedToo() {
    LambdaCallback fail =
        new LambdaCallback()
            .onTrainEpochEnd(
                c -> {
                  throw new IllegalStateException("power");
                });
    CheckpointConfig config = config().saveCheckpointSteps(4).asyncSave(true).build();
    IllegalStateException e =
        assertThrows(
            IllegalStateException.class, () -> trained("both", config, blocked("both", 4), fail));
    assertInstanceOf(CheckpointException.class, e.getSuppressed()[0]);
  }

  @Test
  void filesAreEncrypted() throws IOException {
    for (boolean async : new boolean[] {false, true}) {
      Path into =
          trained(
              "secret" + async,
              config().encrypt(KEY).asyncSave(async).appendInfo("step_num").build());
      assertEquals(5, files(into).size());
      LoadedParameters loaded =
          Checkpoints.loadCheckpoint(
              into.resolve("CKP-2_4.ckpt"), LoadOptions.defaults().decrypt(KEY));
      assertEquals(8, loaded.get("step_num").value().item());
      assertTrue(loaded.containsKey("moments.weight"));
      assertThrows(
          CheckpointException.class,
          () -> Checkpoints.loadCheckpoint(into.resolve("CKP-2_4.ckpt")));
    }
  }

  @Test
  void safetensorsHaveParametersAndWhatIsAppended() throws IOException {
    CheckpointConfig config =
        config()
            .format("safetensors")
            .saveCheckpointSteps(4)
            .appendInfo("epoch_num", Map.of("note", "a plane"))
            .build();
    Path into = trained("st", config);
    assertEquals(List.of("CKP-1_4.safetensors", "CKP-2_4.safetensors"), files(into));
    trained("st", config);
    assertTrue(files(into).contains("CKP_1-2_4.safetensors"), "earlier files are left alone");
    Path ckpt = trained("ckpt", config().saveCheckpointSteps(4).build());
    try (CheckpointFile file = Checkpoints.open(into.resolve("CKP-2_4.safetensors"))) {
      assertEquals(Map.of("note", "a plane"), file.metadata());
      assertEquals(2, file.tensor("epoch_num").item());
      assertArrayEquals(
          Checkpoints.loadCheckpoint(ckpt.resolve("CKP-2_4.ckpt"))
              .get("weight")
              .value()
              .toFloatArray(),
          file.tensor("weight").toFloatArray());
    }
  }

  @Test
  void whatChangesNothingOnOneDeviceIsTaken() throws IOException {
    assertSameFiles(
        trained("plain", config().build()),
        trained(
            "options",
            config()
                .integratedSave(false)
                .removeRedundancy(false)
                .mapParamInc(false)
                .format("ckpt")
                .build()));
  }

  private static void refused(String message, Consumer<CheckpointConfig.Builder> options) {
    ArgumentException e =
        assertThrows(
            ArgumentException.class,
            () -> {
              CheckpointConfig.Builder builder = config();
              options.accept(builder);
              builder.build();
            });
    assertTrue(e.getMessage().startsWith("CheckpointConfig: " + message), e::getMessage);
  }

  @Test
  void whatCannotBeDoneIsRefusedByName() {
    refused("asyncSave(\"process\") is not supported", c -> c.asyncSave("process"));
    refused("there is no way to save in the background", c -> c.asyncSave("fork"));
    refused("removeRedundancy(true) is not supported", c -> c.removeRedundancy(true));
    refused("mapParamInc(true) is not supported", c -> c.mapParamInc(true));
    refused("there is no format of this name", c -> c.format("pickle"));
    refused("appendInfo(\"random_op\") is not supported", c -> c.appendInfo("random_op"));
    refused("appendInfo takes", c -> c.appendInfo("epoch"));
    refused("appendInfo takes", c -> c.appendInfo(Map.of("a", 1), Map.of("b", 2)));
    refused("a training state is not encrypted", c -> c.trainingState(true).encrypt(KEY));
    refused("asyncSave(true) with the format", c -> c.format("safetensors").asyncSave(true));
    refused("encrypt(...) with the format", c -> c.format("safetensors").encrypt(KEY));
    refused("crcCheck(true) with the format", c -> c.format("safetensors").crcCheck(true));
    refused("trainingState(true) with the", c -> c.format("safetensors").trainingState(true));
    ArgumentException both =
        assertThrows(ArgumentException.class, () -> config().crcCheck(true).encrypt(KEY).build());
    assertTrue(both.getMessage().contains("a check sum or is encrypted"), both::getMessage);
  }
}
