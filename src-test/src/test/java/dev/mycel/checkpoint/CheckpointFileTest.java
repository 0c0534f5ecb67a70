package dev.mycel.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.DType;
import dev.mycel.core.Mycel;
import dev.mycel.core.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The one way in: formats by content, sets of files, limits. */
class CheckpointFileTest {
  private static final Path GOLDEN = Path.of("src/test/resources/checkpoints/pytorch");

  @TempDir Path folder;

  @BeforeEach
  void onTheDefaultBackend() {
    Mycel.setBackend("onednn");
  }

  // ---- sets -------------------------------------------------------------------------------------

  private static Map<String, Tensor> three() {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("a", SafetensorsTest.random(DType.FLOAT32, 4));
    tensors.put("b", SafetensorsTest.random(DType.FLOAT32, 4));
    tensors.put("c", SafetensorsTest.random(DType.INT8, 64));
    return tensors;
  }

  @Test
  void aSetIsWrittenWithItsIndexAndReadAsOneFile() throws IOException {
    Map<String, Tensor> tensors = three();
    SafetensorsOptions options =
        SafetensorsOptions.defaults().shardBytes(32).metadata(Map.of("format", "pt"));
    Path index = Checkpoints.saveSafetensors(tensors, folder.resolve("model"), options);
    assertEquals(folder.resolve("model.safetensors.index.json"), index);
    assertEquals(
        """
        {
          "metadata": {
            "total_size": 96
          },
          "weight_map": {
            "a": "model-00001-of-00002.safetensors",
            "b": "model-00001-of-00002.safetensors",
            "c": "model-00002-of-00002.safetensors"
          }
        }
        """,
        Files.readString(index));
    try (CheckpointFile file = Checkpoints.open(index)) {
      assertEquals("safetensors", file.format());
      assertEquals(Map.of("total_size", "96", "format", "pt"), file.metadata());
      assertEquals(
          List.of("a", "b", "c"), file.entries().stream().map(CheckpointEntry::name).toList());
      tensors.forEach(
          (name, tensor) -> SafetensorsTest.assertSame(name, tensor, file.tensor(name)));
      assertEquals(tensors.keySet(), file.toParameters().keySet());
    }
  }

  @Test
  void whatFitsIntoOneFileHasNoIndex() {
    Path path =
        Checkpoints.saveSafetensors(
            three(), folder.resolve("model"), SafetensorsOptions.defaults().shardBytes(96));
    assertEquals(folder.resolve("model.safetensors"), path);
  }

  @Test
  void anIndexCannotNameWhatLiesOutsideItsFolder() throws IOException {
    Path inside = Files.createDirectory(folder.resolve("inside"));
    Checkpoints.saveSafetensors(Map.of("a", Tensor.scalar(1)), folder.resolve("secret"));
    String absolute = folder.resolve("secret.safetensors").toString();
    for (String name :
        List.of(
            "../secret.safetensors",
            absolute,
            "..\\\\secret.safetensors",
            "..",
            ".",
            "",
            "x/../../secret.safetensors",
            "\\u0000",
            "C:secret.safetensors")) {
      Path index =
          Files.writeString(
              inside.resolve("model.safetensors.index.json"),
              "{\"weight_map\": {\"a\": \"" + name + "\"}}");
      CheckpointException e =
          assertThrows(CheckpointException.class, () -> Checkpoints.open(index), name);
      assertTrue(e.getMessage().contains("which is no file beside it"), e.getMessage());
      assertTrue(e.getMessage().contains(index.toString()), e.getMessage());
    }
  }

  @Test
  void aSetThatIsNotWholeIsRefused() throws IOException {
    Path index =
        Checkpoints.saveSafetensors(
            three(), folder.resolve("model"), SafetensorsOptions.defaults().shardBytes(32));
    Path second = folder.resolve("model-00002-of-00002.safetensors");
    byte[] content = Files.readAllBytes(second);
    Files.delete(second);
    refuses("a file of the set is missing", index);
    Checkpoints.saveSafetensors(Map.of("d", Tensor.scalar(1)), second);
    refuses("which has no such entry", index);
    Files.write(second, Arrays.copyOf(content, content.length - 1));
    refuses("model-00002-of-00002.safetensors", index);
    refuses("has no weight_map", Files.writeString(index, "{\"metadata\": {}}"));
    refuses(
        "'a' stands twice", Files.writeString(index, "{\"weight_map\":{\"a\":\"\",\"a\":\"\"}}"));
    refuses("is not a text but a number", Files.writeString(index, "{\"weight_map\":{\"a\":1}}"));
  }

  private static void refuses(String part, Path path) {
    CheckpointException e = assertThrows(CheckpointException.class, () -> Checkpoints.open(path));
    assertTrue(e.getMessage().contains(part), e.getMessage());
  }

  // ---- the door ---------------------------------------------------------------------------------

  @Test
  void formatsAreFoundByContentWhateverTheName() throws IOException {
    Path disguised = folder.resolve("model.ckpt");
    Files.copy(GOLDEN.resolve("shapes.safetensors"), disguised);
    try (CheckpointFile file = Checkpoints.open(disguised)) {
      assertEquals("safetensors", file.format());
    }
    Path other = folder.resolve("model.safetensors");
    Files.copy(GOLDEN.resolveSibling("append.ckpt"), other);
    try (CheckpointFile file = Checkpoints.open(other)) {
      LoadedParameters old = Checkpoints.loadCheckpoint(GOLDEN.resolveSibling("append.ckpt"));
      assertEquals("mindspore", file.format());
      assertEquals(old.strings(), file.metadata());
      assertEquals(
          List.copyOf(old.keySet()), file.entries().stream().map(CheckpointEntry::name).toList());
      old.forEach((name, p) -> SafetensorsTest.assertSame(name, p.value(), file.tensor(name)));
    }
  }

  @Test
  void everyCheckpointOfMindSporeIsListedOrRefusedAsBefore() throws IOException {
    try (Stream<Path> files = Files.list(GOLDEN.getParent())) {
      for (Path path : files.filter(p -> p.toString().endsWith(".ckpt")).toList()) {
        if (path.getFileName().toString().startsWith("encrypted")) {
          refuses("the file is encrypted", path);
          continue;
        }
        try (CheckpointFile file = Checkpoints.open(path)) {
          assertEquals("mindspore", file.format(), path.toString());
          for (CheckpointEntry entry : file.entries()) {
            if (entry.storedType().equals("UInt64")) {
              continue; // of any bits, so some are beyond every type here
            }
            if (entry.isLoadable()) {
              assertEquals(
                  entry.shape(), SafetensorsTest.dims(file.tensor(entry.name())), path.toString());
            } else {
              assertThrows(CheckpointException.class, () -> file.tensor(entry.name()));
            }
          }
        }
      }
    }
  }

  @Test
  void unknownContentIsRefusedWithWhatWasFoundAndWhatIsKnown() throws IOException {
    Path path = Files.writeString(folder.resolve("model.bin"), "GGUF....................");
    refuses("it begins with the bytes 47 47 55 46", path);
    for (String known : List.of("safetensors (eight bytes", "mindspore (", "index of several")) {
      refuses(known, path);
    }
    refuses("the file is empty", Files.write(folder.resolve("empty.bin"), new byte[0]));
    refuses("this is a folder", folder);
    refuses("the file does not exist", folder.resolve("none.safetensors"));
  }

  @Test
  void aNameThatIsNotThereAndAClosedFileAreRefused() {
    CheckpointFile file = Checkpoints.open(GOLDEN.resolve("shapes.safetensors"));
    assertThrows(CheckpointException.class, () -> file.tensor("nothing"));
    Tensor kept = file.tensor("rank6");
    file.close();
    file.close();
    assertEquals(12, kept.toFloatArray().length);
    CheckpointException e = assertThrows(CheckpointException.class, () -> file.tensor("rank6"));
    assertTrue(e.getMessage().contains("the file was closed"), e.getMessage());
    assertThrows(CheckpointException.class, file::toParameters);
  }

  @Test
  void limitsRefuseByTheirNameAndCanBeRaised() throws IOException {
    Path path = GOLDEN.resolve("shapes.safetensors");
    Limits all = Limits.defaults();
    Map<String, Limits> lowered =
        Map.of(
            "Limits.headerBytes", all.headerBytes(100),
            "Limits.entries", all.entries(6),
            "Limits.totalBytes", all.totalBytes(87));
    lowered.forEach(
        (name, limits) -> {
          CheckpointException e =
              assertThrows(CheckpointException.class, () -> Checkpoints.open(path, limits));
          assertTrue(e.getMessage().contains("raise " + name), e.getMessage());
        });
    Checkpoints.open(path, all.headerBytes(1000).entries(7).totalBytes(88)).close();
    assertThrows(ArgumentException.class, () -> all.depth(0));
  }
}
