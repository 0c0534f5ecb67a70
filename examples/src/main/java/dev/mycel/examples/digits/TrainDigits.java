package dev.mycel.examples.digits;

import static dev.mycel.checkpoint.Checkpoints.loadCheckpoint;
import static dev.mycel.checkpoint.Checkpoints.loadParamIntoNet;
import static dev.mycel.checkpoint.Checkpoints.saveCheckpoint;

import dev.mycel.core.Mycel;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Reduction;
import dev.mycel.nn.loss.SoftmaxCrossEntropyWithLogits;
import dev.mycel.optim.Adam;
import dev.mycel.optim.schedule.CosineDecayLR;
import dev.mycel.train.Model;
import dev.mycel.train.ProgressBar;
import dev.mycel.train.metrics.Metrics;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * Trains a small LeNet on real handwritten digits, reports its accuracy on digits of other writers,
 * saves it, loads it into a fresh network, and classifies with that one.
 *
 * <p>Arguments: {@code [epochs] [checkpoint file]}, by default 30 and {@code digits.ckpt}.
 */
public final class TrainDigits {
  private static final int TRAINING_ROWS = 1437;
  private static final int BATCH = 32;
  private static final double RATE = 0.002;
  private static final long SEED = 1;

  private TrainDigits() {}

  /** Runs the example. */
  public static void main(String[] args) {
    int epochs = args.length > 0 ? Integer.parseInt(args[0]) : 30;
    Path file = Path.of(args.length > 1 ? args[1] : "digits.ckpt");
    run(System.out, Terminal.isInteractive(), epochs, file);
  }

  /** Trains, saves, loads, and returns the accuracy on the test rows. */
  static double run(PrintStream out, boolean terminal, int epochs, Path file) {
    Mycel.setSeed(SEED);
    Digits digits = Digits.load();
    Digits train = digits.rows(0, TRAINING_ROWS);
    Digits.Batch test = digits.rows(TRAINING_ROWS, digits.size()).all();
    out.printf(
        Locale.ROOT,
        "%d digits to learn from, %d to be tested with; backend %s, %d threads, seed %d%n",
        train.size(),
        digits.size() - train.size(),
        Mycel.backend(),
        Mycel.threads(),
        SEED);

    DigitsNet net = new DigitsNet();
    var model = model(net, (long) epochs * stepsPerEpoch(train));
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(SEED);
    double accuracy =
        model
            .fit(
                epochs,
                () -> train.shuffledBatches(BATCH, random).iterator(),
                List.of(test),
                new ProgressBar(out, terminal))
            .scalar("accuracy");
    Tensor scores = model.predict(test.images());
    out.printf(Locale.ROOT, "test accuracy %.4f%n", accuracy);

    saveCheckpoint(net, file);
    DigitsNet fresh = new DigitsNet();
    loadParamIntoNet(fresh, loadCheckpoint(file));
    Tensor again = fresh.call(test.images());
    if (!again.sameAs(scores)) {
      throw new AssertionError("the loaded network does not give the saved network's outputs");
    }
    out.println("saved " + file + ", loaded into a fresh network: outputs are equal bit for bit");
    Gallery.draw(out, test, again, 6);
    return accuracy;
  }

  private static int stepsPerEpoch(Digits data) {
    return (data.size() + BATCH - 1) / BATCH;
  }

  private static Model<Tensor, Tensor, Tensor> model(DigitsNet net, long steps) {
    var loss = new SoftmaxCrossEntropyWithLogits(true, Reduction.MEAN);
    var optimizer =
        Adam.builder(net.trainableParams()).learningRate(CosineDecayLR.of(RATE, steps)).build();
    return new Model<>(net, loss, optimizer, Metrics.accuracy());
  }

  /** Share of rows whose highest score is the label's. */
  static double accuracy(Tensor scores, Tensor labels) {
    return scores.argmax(-1).eq(labels).mean().item();
  }
}
