package dev.mycel.onednn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.core.Attrs;
import dev.mycel.core.DType;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Mycel;
import dev.mycel.core.Philox;
import dev.mycel.core.Primitive;
import dev.mycel.core.Prims;
import dev.mycel.core.Scope;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Draws have the bits of {@link Philox}, however they are computed. */
class RandomKernelsTest {
  private static final long KEY = 0x9E3779B97F4A7C15L;
  private static final long COUNTER = (5L << 32) + 3;
  private static final DType[] FLOATS = {
    DType.FLOAT16, DType.BFLOAT16, DType.FLOAT32, DType.FLOAT64
  };

  private int threads;

  @BeforeEach
  void onTheNativeBackend() {
    Mycel.setBackend("onednn");
    threads = Mycel.threads();
  }

  @AfterEach
  void asBefore() {
    Mycel.setBackend("onednn");
    Mycel.setThreads(threads);
  }

  private static int[] words(long first, int count) {
    PhiloxBlocks blocks = PhiloxBlocks.own();
    blocks.draw(KEY, COUNTER, first, count);
    return java.util.Arrays.copyOf(blocks.words, count);
  }

  @Test
  void wordsAreThoseOfTheCipher() {
    long last = (1L << 32) * 4 - PhiloxBlocks.SIZE;
    for (long first : new long[] {0, PhiloxBlocks.SIZE, last, last + PhiloxBlocks.SIZE}) {
      for (int count : new int[] {0, 1, 4, 7, 1023, PhiloxBlocks.SIZE}) {
        int[] expected = new int[count];
        Philox.bits(KEY, COUNTER, first, expected);
        assertArrayEquals(expected, words(first, count), count + " from " + first);
      }
    }
  }

  @Test
  void stretchesBeginAtMultiplesOfTheirLength() {
    assertThrows(IllegalArgumentException.class, () -> words(4, 4));
    assertThrows(IllegalArgumentException.class, () -> words(0, PhiloxBlocks.SIZE + 1));
  }

  @Test
  void drawsAreTheSameOnBothBackendsAndOnAnyNumberOfThreads() {
    for (int size : new int[] {1, 6, 511, 513, 1024, 2049, 70_001}) {
      same(Prims.RANDOM_BITS, DType.INT32, size);
      for (DType t : FLOATS) {
        same(Prims.RANDOM_UNIFORM, t, size);
        same(Prims.RANDOM_NORMAL, t, size);
      }
    }
  }

  private static void same(Primitive<Attrs.Draw> source, DType t, int size) {
    Mycel.setBackend("reference");
    Object right = drawn(source, t, size);
    Mycel.setBackend("onednn");
    for (int count = 1; count <= 3; count++) {
      Mycel.setThreads(count);
      assertTrue(
          Objects.deepEquals(right, drawn(source, t, size)),
          size + " of " + source + " as " + t + " in " + count + " threads");
    }
  }

  private static Object drawn(Primitive<Attrs.Draw> source, DType t, int size) {
    try (Scope scope = Scope.open()) {
      Attrs.Draw draw = new Attrs.Draw(Shape.of(size), t, KEY, COUNTER);
      Tensor made = Interpreters.bind(source, draw);
      return Interpreters.root().toHost(made);
    }
  }

  @Test
  void nothingFallsBackToTheReference() {
    List<String> before = Interpreters.root().profile();
    drawn(Prims.RANDOM_BITS, DType.INT32, 5000);
    for (DType t : FLOATS) {
      drawn(Prims.RANDOM_UNIFORM, t, 5000);
      drawn(Prims.RANDOM_NORMAL, t, 5000);
    }
    assertEquals(before, Interpreters.root().profile());
  }
}
