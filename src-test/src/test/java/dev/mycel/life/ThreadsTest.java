package dev.mycel.life;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mycel.core.Mycel;
import dev.mycel.core.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Threads do not disturb one another. */
class ThreadsTest {
  private static final int STEPS = 30;

  @ParameterizedTest
  @ValueSource(strings = {"onednn", "reference"})
  void eightThreadsTrainEightNetsBitEqualToTheSameRunsAlone(String backend) throws Exception {
    Mycel.setBackend(backend);
    List<float[][]> alone = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      alone.add(train(Training.convolutional(100 + i)));
    }
    List<Callable<float[][]>> tasks = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      Training training = Training.convolutional(100 + i);
      tasks.add(() -> train(training));
    }
    List<float[][]> together = runAll(tasks);
    for (int i = 0; i < 8; i++) {
      assertEquals(alone.get(i).length, together.get(i).length);
      for (int p = 0; p < alone.get(i).length; p++) {
        assertArrayEquals(alone.get(i)[p], together.get(i)[p], "net " + i + ", parameter " + p);
      }
    }
  }

  private static float[][] train(Training training) {
    for (int s = 0; s < STEPS; s++) {
      training.step();
    }
    return training.weights();
  }

  @ParameterizedTest
  @ValueSource(strings = {"onednn", "reference"})
  void sixteenThreadsInferOnOneNetWithEqualOutputs(String backend) throws Exception {
    Mycel.setBackend(backend);
    Training training = Training.convolutional(7);
    train(training);
    training.net.setTrain(false);
    Tensor images = training.images;
    float[] expected = training.net.call(images).toFloatArray();
    List<Callable<float[]>> tasks = new ArrayList<>();
    for (int t = 0; t < 16; t++) {
      tasks.add(
          () -> {
            float[] last = {};
            for (int i = 0; i < 20; i++) {
              last = training.net.call(images).toFloatArray();
            }
            return last;
          });
    }
    for (float[] output : runAll(tasks)) {
      assertArrayEquals(expected, output);
    }
  }

  private static <T> List<T> runAll(List<Callable<T>> tasks) throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(tasks.size());
    try {
      List<T> results = new ArrayList<>();
      for (Future<T> f : pool.invokeAll(tasks)) {
        results.add(f.get());
      }
      return results;
    } finally {
      pool.shutdownNow();
    }
  }
}
