package dev.mycel.checkpoint;

import dev.mycel.core.Mycel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pickles that no program wrote; {@link MutationTest} changes those that one did. */
class TorchMutationTest {
  @TempDir Path folder;

  @BeforeEach
  void onTheDefaultBackend() {
    Mycel.setBackend("onednn");
  }

  @Test
  void opcodesInAnyOrderAreReadOrRefused() throws IOException {
    Random random = Mutations.seeded("opcodes");
    PickleOp[] ops = PickleOp.values();
    Path file = folder.resolve("changed.pt");
    Mutations mutations = new Mutations();
    for (int i = 0; i < Mutations.COUNT; i++) {
      byte[] noise = new byte[random.nextInt(60)];
      for (int k = 0; k < noise.length; k++) {
        boolean small = random.nextInt(4) == 0;
        noise[k] = (byte) (small ? random.nextInt(4) : ops[random.nextInt(ops.length)].code());
      }
      byte[] pickle = TorchSamples.pickle((Object) noise);
      byte[] archive = TorchSamples.archive(pickle, new byte[4]);
      mutations.readOrRefused(file, archive, Mutations::content, "noise " + i);
    }
  }
}
