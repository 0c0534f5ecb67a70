package dev.mycel.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** The bits behind every random number. */
class PhiloxTest {
  private static int[] block(long key, long counter, long block) {
    int[] lanes = new int[4];
    Philox.block(key, counter, block, lanes);
    return lanes;
  }

  @Test
  void knownAnswersOfRandom123AreReproduced() {
    assertArrayEquals(new int[] {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}, block(0, 0, 0));
    assertArrayEquals(
        new int[] {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}, block(-1, -1, -1));
    assertArrayEquals(
        new int[] {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1},
        block(0x299f31d0a4093822L, 0x85a308d3243f6a88L, 0x0370734413198a2eL));
  }

  @Test
  void elementIsLaneOfItsBlock() {
    int[] bits = new int[11];
    Philox.bits(7, 9, bits);
    for (int i = 0; i < bits.length; i++) {
      assertEquals(block(7, 9, i / 4)[i % 4], bits[i]);
    }
  }

  @Test
  void stretchesAgreeWithTheWhole() {
    float[] wholeUniform = new float[37];
    float[] wholeNormal = new float[37];
    double[] wholeDouble = new double[37];
    double[] wholeDoubleNormal = new double[37];
    Philox.uniform(3, 5, wholeUniform);
    Philox.normal(3, 5, wholeNormal);
    Philox.uniform(3, 5, wholeDouble);
    Philox.normal(3, 5, wholeDoubleNormal);
    for (int first = 0; first < 37; first += 4) {
      for (int n = 0; n <= Math.min(9, 37 - first); n++) {
        float[] u = new float[n];
        float[] z = new float[n];
        double[] d = new double[n];
        double[] dz = new double[n];
        Philox.uniform(3, 5, first, u);
        Philox.normal(3, 5, first, z);
        Philox.uniform(3, 5, first, d);
        Philox.normal(3, 5, first, dz);
        assertArrayEquals(Arrays.copyOfRange(wholeUniform, first, first + n), u);
        assertArrayEquals(Arrays.copyOfRange(wholeNormal, first, first + n), z);
        assertArrayEquals(Arrays.copyOfRange(wholeDouble, first, first + n), d);
        assertArrayEquals(Arrays.copyOfRange(wholeDoubleNormal, first, first + n), dz);
      }
    }
    assertThrows(ArgumentException.class, () -> Philox.bits(0, 0, 2, new int[1]));
  }

  @Test
  void uniformFloatsAreTheTopBits() {
    float[] u = new float[8];
    Philox.uniform(0, 0, u);
    assertEquals((0x6627e8d5 >>> 8) * 0x1p-24f, u[0]);
    double[] d = new double[2];
    Philox.uniform(0, 0, d);
    long expected = ((0x6627e8d5L >>> 5) << 26) + (0xe169c58dL >>> 6);
    assertEquals(expected * 0x1p-53, d[0]);
  }

  @Test
  void momentsAreThoseOfTheDistributions() {
    int n = 1 << 18;
    float[] u = new float[n];
    float[] z = new float[n];
    double[] d = new double[n];
    double[] dz = new double[n];
    Philox.uniform(11, 0, u);
    Philox.normal(11, 1, z);
    Philox.uniform(11, 2, d);
    Philox.normal(11, 3, dz);
    double[] uniform = new double[n];
    double[] normal = new double[n];
    Arrays.setAll(uniform, i -> u[i]);
    Arrays.setAll(normal, i -> z[i]);
    // Four standard errors of the mean and of the variance.
    for (double[] x : new double[][] {uniform, d}) {
      assertEquals(0.5, mean(x), 4 * Math.sqrt(1.0 / 12 / n));
      assertEquals(1.0 / 12, variance(x), 4 * Math.sqrt(1.0 / 180 / n));
      assertTrue(Arrays.stream(x).allMatch(v -> v >= 0 && v < 1));
    }
    for (double[] x : new double[][] {normal, dz}) {
      assertEquals(0, mean(x), 4 / Math.sqrt(n));
      assertEquals(1, variance(x), 4 * Math.sqrt(2.0 / n));
    }
  }

  private static double mean(double... x) {
    return Arrays.stream(x).average().orElseThrow();
  }

  private static double variance(double... x) {
    double m = mean(x);
    return Arrays.stream(x).map(v -> (v - m) * (v - m)).average().orElseThrow();
  }

  @Test
  void differentCountersGiveDifferentBlocks() {
    int[] a = new int[64];
    int[] b = new int[64];
    Philox.bits(1, 0, a);
    Philox.bits(1, 1, b);
    for (int i = 0; i < 64; i += 4) {
      int at = i;
      assertTrue(
          Arrays.stream(new int[] {0, 4, 8, 12, 16, 20})
              .noneMatch(k -> Arrays.equals(a, at, at + 4, b, k, k + 4)));
    }
  }
}
