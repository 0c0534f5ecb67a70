package dev.mycel.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Normal floats have the bits of the strict formula, though tables make most of them. */
class NormalFloatsTest {
  private static final long SEED = 20260729;

  private static void assertStrict(int... words) {
    float[] found = new float[words.length];
    Philox.normal(words, found, words.length);
    for (int i = 0; i < words.length; i += 2) {
      double u = (Integer.toUnsignedLong(words[i]) + 1) * 0x1p-32;
      double angle = 2 * Math.PI * (Integer.toUnsignedLong(words[i + 1]) * 0x1p-32);
      double radius = StrictMath.sqrt(-2 * StrictMath.log(u));
      assertEquals((float) (radius * StrictMath.cos(angle)), found[i]);
      assertEquals((float) (radius * StrictMath.sin(angle)), found[i + 1]);
    }
  }

  @Test
  void aMillionRandomWords() {
    assertStrict(new SplittableRandom(SEED).ints(1 << 20).toArray());
  }

  @Test
  void extremeWords() {
    int[] edges = {0, -1, 1, 1 << 30, 1 << 31, 3 << 30, (1 << 30) + 1, Integer.MAX_VALUE};
    for (int a : edges) {
      for (int b : edges) {
        assertStrict(a, b);
      }
    }
  }

  @Test
  void aroundZerosOfSineAndCosine() {
    SplittableRandom random = new SplittableRandom(SEED);
    int[] words = new int[1 << 18];
    for (int i = 0; i < words.length; i += 2) {
      words[i] = i % 4 == 0 ? -1 - i / 4 : random.nextInt(); // uniform numbers next to 1
      int off = i < 1 << 15 ? i / 8 - (1 << 11) : random.nextInt(1 << 22) - (1 << 21);
      words[i + 1] = (i / 2 << 30) + off; // all that are next to them, and some further off
    }
    assertStrict(words);
  }

  @Test
  void aboutHalfwayBetweenTwoFloats() {
    assertStrict(
        626043313, -1554847130,
        -1752584358, -1071681366,
        46928582, -10279407,
        -1004422689, 514985818,
        901123641, 1241277534,
        -2072496084, -1195146316);
  }

  @Test
  void anOddNumberLeavesTheLastOneOut() {
    int[] words = new SplittableRandom(SEED).ints(1026).toArray();
    float[] all = new float[words.length];
    Philox.normal(words, all, all.length);
    for (int n : new int[] {0, 1, 255, 256, 257, 1025}) {
      float[] some = new float[n];
      Philox.normal(words, some, n);
      assertArrayEquals(Arrays.copyOf(all, n), some);
    }
  }
}
