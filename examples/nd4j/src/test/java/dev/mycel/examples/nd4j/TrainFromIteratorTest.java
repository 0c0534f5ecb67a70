package dev.mycel.examples.nd4j;

import static dev.mycel.checkpoint.Checkpoints.loadCheckpoint;
import static dev.mycel.checkpoint.Checkpoints.loadParamIntoNet;
import static dev.mycel.checkpoint.Checkpoints.saveCheckpoint;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.core.Mycel;
import dev.mycel.nd4j.NdArrays;
import dev.mycel.nn.SequentialCell;
import dev.mycel.nn.layer.Conv2d;
import dev.mycel.nn.layer.Dense;
import dev.mycel.nn.layer.Flatten;
import dev.mycel.nn.layer.MaxPool2d;
import dev.mycel.nn.layer.ReLU;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;

/** ND4J's backend learns digits as oneDNN does, and their networks can be exchanged. */
class TrainFromIteratorTest {
  private static final INDArray IMAGES = TrainFromIterator.digits().getFeatures();

  @TempDir Path folder;

  @AfterEach
  void onTheDefaultBackend() {
    Mycel.setBackend("onednn");
  }

  private static TrainFromIterator.Outcome trained(String backend) {
    Mycel.setBackend(backend);
    return TrainFromIterator.run(System.out, 1);
  }

  private static float[] scores(SequentialCell net) {
    net.setTrain(false);
    return net.call(NdArrays.toTensor(IMAGES)).toFloatArray();
  }

  /** A fresh network on a backend, loaded from a file. */
  private static SequentialCell loaded(String backend, Path file) {
    Mycel.setBackend(backend);
    SequentialCell net =
        new SequentialCell(
            new Conv2d(1, 16, 3),
            new ReLU(),
            new MaxPool2d(2, 2),
            new Flatten(),
            new Dense(16 * 4 * 4, 10));
    loadParamIntoNet(net, loadCheckpoint(file));
    return net;
  }

  @Test
  void bothBackendsLearnDigitsAlikeAndReadEachOthersCheckpoints() {
    TrainFromIterator.Outcome there = trained("nd4j");
    Path file = folder.resolve("nd4j.ckpt");
    saveCheckpoint(there.net(), file);
    float[] expected = scores(there.net());
    TrainFromIterator.Outcome here = trained("onednn");
    assertTrue(here.accuracy() > 0.75, "onednn reaches " + here.accuracy());
    assertEquals(here.accuracy(), there.accuracy(), 0.02);
    assertArrayEquals(expected, scores(loaded("onednn", file)), 1e-5f);

    Path back = folder.resolve("onednn.ckpt");
    saveCheckpoint(here.net(), back);
    float[] other = scores(here.net());
    assertArrayEquals(other, scores(loaded("nd4j", back)), 1e-5f);
  }

  @Test
  void oneSeedGivesOneNetwork() {
    float[] first = scores(trained("nd4j").net());
    assertArrayEquals(first, scores(trained("nd4j").net()));
  }
}
