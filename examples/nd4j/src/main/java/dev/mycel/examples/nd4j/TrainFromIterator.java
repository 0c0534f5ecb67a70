package dev.mycel.examples.nd4j;

import dev.mycel.core.Mycel;
import dev.mycel.core.Tensor;
import dev.mycel.nd4j.NdArrays;
import dev.mycel.nd4j.NdBatches;
import dev.mycel.nn.Reduction;
import dev.mycel.nn.SequentialCell;
import dev.mycel.nn.layer.Conv2d;
import dev.mycel.nn.layer.Dense;
import dev.mycel.nn.layer.Flatten;
import dev.mycel.nn.layer.MaxPool2d;
import dev.mycel.nn.layer.ReLU;
import dev.mycel.nn.loss.SoftmaxCrossEntropyWithLogits;
import dev.mycel.optim.Adam;
import dev.mycel.train.Model;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.zip.GZIPInputStream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.ViewIterator;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Trains a small convolution net on handwritten digits that an ND4J {@code DataSetIterator}
 * delivers, and reads the scores back as an {@code INDArray}.
 *
 * <p>Arguments: {@code [backend] [epochs]}, by default {@code nd4j} and 3.
 */
public final class TrainFromIterator {
  private static final String DIGITS = "/dev/mycel/examples/digits/optdigits.csv.gz";
  private static final int TRAINING_ROWS = 1437;
  private static final int BATCH = 32;
  private static final int SIDE = 8;
  private static final int CLASSES = 10;

  private TrainFromIterator() {}

  /** Runs the example. */
  public static void main(String[] args) {
    Mycel.setBackend(args.length > 0 ? args[0] : "nd4j");
    run(System.out, args.length > 1 ? Integer.parseInt(args[1]) : 3);
  }

  /** A trained network and the share of unseen digits that it recognises. */
  record Outcome(SequentialCell net, double accuracy) {}

  /** Trains on the current backend. */
  static Outcome run(PrintStream out, int epochs) {
    Mycel.setSeed(1);
    DataSet all = digits();
    DataSet train = part(all, 0, TRAINING_ROWS);
    DataSet test = part(all, TRAINING_ROWS, all.numExamples());
    SequentialCell net =
        new SequentialCell(
            new Conv2d(1, 16, 3),
            new ReLU(),
            new MaxPool2d(2, 2),
            new Flatten(),
            new Dense(16 * 4 * 4, CLASSES));
    Model<Tensor, Tensor, Tensor> model =
        new Model<>(
            net,
            new SoftmaxCrossEntropyWithLogits(true, Reduction.MEAN),
            Adam.builder(net.trainableParams()).learningRate(0.004).build());
    model.train(
        epochs,
        NdBatches.of(new ViewIterator(train, BATCH)).examples(1, SIDE, SIDE).sparseLabels());
    double accuracy = accuracy(scores(model, test.getFeatures()), test.getLabels());
    out.printf(Locale.ROOT, "backend %s: accuracy %.4f%n", Mycel.backend(), accuracy);
    return new Outcome(net, accuracy);
  }

  /** What the network makes of ND4J's images, as ND4J's array. */
  private static INDArray scores(Model<Tensor, Tensor, Tensor> model, INDArray images) {
    return NdArrays.toINDArray(model.predict(NdArrays.toTensor(images)));
  }

  private static double accuracy(INDArray scores, INDArray labels) {
    INDArray right = scores.argMax(1).eq(labels.argMax(1));
    return right.castTo(org.nd4j.linalg.api.buffer.DataType.DOUBLE).meanNumber().doubleValue();
  }

  private static DataSet part(DataSet all, int from, int to) {
    return (DataSet) all.getRange(from, to);
  }

  /** All digits as [n, 1, 8, 8] and one-hot labels. */
  static DataSet digits() {
    List<String> rows = rows();
    float[] pixels = new float[rows.size() * SIDE * SIDE];
    float[] labels = new float[rows.size() * CLASSES];
    for (int r = 0; r < rows.size(); r++) {
      String[] cells = rows.get(r).split(",", -1);
      for (int i = 0; i < SIDE * SIDE; i++) {
        pixels[r * SIDE * SIDE + i] = Float.parseFloat(cells[i]) / 16;
      }
      labels[r * CLASSES + Integer.parseInt(cells[SIDE * SIDE])] = 1;
    }
    return new DataSet(
        Nd4j.createFromArray(pixels).reshape(rows.size(), 1, SIDE, SIDE),
        Nd4j.createFromArray(labels).reshape(rows.size(), CLASSES));
  }

  private static List<String> rows() {
    try (InputStream raw =
            Objects.requireNonNull(TrainFromIterator.class.getResourceAsStream(DIGITS));
        BufferedReader lines =
            new BufferedReader(
                new InputStreamReader(new GZIPInputStream(raw), StandardCharsets.US_ASCII))) {
      return lines.lines().skip(1).toList(); // without the column names
    } catch (IOException e) {
      throw new UncheckedIOException("the digits could not be read from the class path", e);
    }
  }
}
