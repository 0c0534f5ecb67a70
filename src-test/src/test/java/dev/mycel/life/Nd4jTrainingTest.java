package dev.mycel.life;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.core.Mycel;
import dev.mycel.core.Random;
import dev.mycel.core.Tensor;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Training on ND4J's backend: flat memory, equal bits. {@code -Dmycel.nd4j.steps=100000} makes it
 * long.
 */
class Nd4jTrainingTest {
  private static final int STEPS = Integer.getInteger("mycel.nd4j.steps", 1000);

  @BeforeEach
  void onNd4j() {
    Mycel.setBackend("nd4j");
  }

  @AfterEach
  void onTheDefaultBackend() {
    Mycel.setBackend("onednn");
  }

  @Test
  void memoryOutsideTheHeapStaysFlat() {
    Training dense = Training.dense(1);
    Training convolutional = Training.convolutional(2);
    for (int i = 0; i < STEPS / 5; i++) {
      dense.step();
      convolutional.step();
    }
    long live = Mycel.memory().liveBytes();
    long counted = Pointer.totalBytes();
    long resident = Pointer.physicalBytes();
    for (int i = 0; i < STEPS; i++) {
      dense.step();
      if (i % 10 == 0) {
        convolutional.step();
      }
    }
    long grown = Mycel.memory().liveBytes() - live;
    long more = Pointer.totalBytes() - counted;
    long fatter = Pointer.physicalBytes() - resident;
    System.out.println(
        STEPS + " steps on nd4j: live " + grown + ", JavaCPP " + more + ", resident " + fatter);
    assertTrue(grown <= 1 << 20, "live bytes grew by " + grown);
    assertTrue(more <= 1 << 20, "JavaCPP counts " + more + " more bytes");
    // The Java heap may still be filling up to its usual size.
    assertTrue(fatter <= 512L << 20, "resident memory grew by " + fatter);
  }

  @Test
  void twoRunsFromOneSeedEndWithTheSameBits() {
    assertArrayEquals(weightsAfterTraining(), weightsAfterTraining());
  }

  private static float[][] weightsAfterTraining() {
    Training training = Training.convolutional(7);
    for (int i = 0; i < 30; i++) {
      training.step();
    }
    return training.weights();
  }

  @Test
  void randomNumbersAreThoseOfOtherBackends() {
    for (String backend : new String[] {"onednn", "reference"}) {
      Mycel.setBackend("nd4j");
      Mycel.setSeed(11);
      Tensor normal = Random.randn(50, 41);
      Tensor uniform = Random.rand(3000);
      float[] firstNormal = normal.toFloatArray();
      float[] firstUniform = uniform.toFloatArray();
      Mycel.setBackend(backend);
      Mycel.setSeed(11);
      assertArrayEquals(firstNormal, Random.randn(50, 41).toFloatArray(), backend);
      assertArrayEquals(firstUniform, Random.rand(3000).toFloatArray(), backend);
    }
  }

  @Test
  void threadsAreCountedAndSet() {
    int before = Mycel.threads();
    assertTrue(before >= 1);
    Mycel.setThreads(1);
    assertEquals(1, Mycel.threads());
    Mycel.setThreads(before);
    assertEquals(before, Mycel.threads());
  }
}
