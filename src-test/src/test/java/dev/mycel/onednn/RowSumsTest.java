package dev.mycel.onednn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.mycel.core.Attrs;
import dev.mycel.core.DType;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Mycel;
import dev.mycel.core.Prims;
import dev.mycel.core.Random;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Rows by index are larger here than in the conformance kit: several blocks and threads of them.
 */
class RowSumsTest {
  private static final long SEED = 31;

  @AfterEach
  void useTheDefault() {
    Mycel.setBackend("onednn");
  }

  @ParameterizedTest
  @CsvSource({
    "FLOAT32, 300, 37, 1500", "BFLOAT16, 300, 37, 1500", "FLOAT16, 300, 37, 1500",
    "BFLOAT16, 2000, 128, 900", "FLOAT16, 1, 700, 400", "BFLOAT16, 3000, 2, 5000"
  })
  void sumsOfRowsAreThoseOfTheReference(DType type, int extent, int n, int updates) {
    // Multiples of a quarter: sums in float32 are exact, whatever their order.
    float[] values = new float[updates * n];
    int[] rows = new int[updates];
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextInt(-8, 9) / 4f;
    }
    for (int i = 0; i < updates; i++) {
      // The upper half stays empty but for the last row, which negative indices name.
      rows[i] = i % 50 == 49 ? -1 : random.nextInt(Math.max(1, extent / 2));
    }
    float[][] results = new float[2][];
    String[] backends = {"onednn", "reference"};
    for (int i = 0; i < 2; i++) {
      Mycel.setBackend(backends[i]);
      Tensor x = Tensor.of(values, updates, n).cast(type);
      Tensor at = Tensor.of(rows, updates);
      results[i] =
          Interpreters.bind(Prims.TAKE_ADD, new Attrs.AxisSize(0, extent), x, at)
              .cast(DType.FLOAT32)
              .toFloatArray();
    }
    assertArrayEquals(results[1], results[0], "seed " + SEED);
  }

  @ParameterizedTest
  @CsvSource({"FLOAT32, 37", "BFLOAT16, 37", "FLOAT16, 1024", "FLOAT64, 5", "UINT8, 7"})
  void rowsByIndexAreCopied(DType type, int n) {
    float[][] results = new float[2][];
    String[] backends = {"onednn", "reference"};
    for (int i = 0; i < 2; i++) {
      Mycel.setBackend(backends[i]);
      Mycel.setSeed(SEED);
      // A part of a larger tensor: its rows do not begin at the start of the memory.
      Tensor x = Random.randint(0, 100, Shape.of(500, n)).cast(type).narrow(0, 100, 400);
      Tensor at = Random.randint(0, 400, Shape.of(3000));
      results[i] =
          Interpreters.bind(Prims.TAKE, new Attrs.Axis(0), x, at)
              .cast(DType.FLOAT32)
              .toFloatArray();
    }
    assertArrayEquals(results[1], results[0], "seed " + SEED);
  }
}
