package dev.mycel.examples.digits;

import java.io.PrintStream;
import java.util.Locale;

/**
 * Shows how far a training run is: a line that renews itself in a terminal, a line per epoch
 * elsewhere.
 */
final class ProgressBar {
  private static final int WIDTH = 30;

  private final PrintStream out;
  private final boolean live;
  private final int epochs;
  private final int steps;
  private final long start = System.nanoTime();
  private int done;
  private double loss = Double.NaN;

  ProgressBar(PrintStream out, boolean live, int epochs, int stepsPerEpoch) {
    this.out = out;
    this.live = live;
    this.epochs = epochs;
    this.steps = stepsPerEpoch;
  }

  /** One step more; the loss shown is a running mean. */
  void step(double stepLoss) {
    done++;
    loss = Double.isNaN(loss) ? stepLoss : 0.95 * loss + 0.05 * stepLoss;
    boolean epochEnds = done % steps == 0;
    if (live) {
      out.print("\r" + line());
      if (done == steps * epochs) {
        out.println();
      }
      out.flush();
    } else if (epochEnds) {
      out.println(line());
    }
  }

  private String line() {
    double share = (double) done / (steps * epochs);
    double seconds = (System.nanoTime() - start) / 1e9;
    int full = (int) Math.round(share * WIDTH);
    String bar = "#".repeat(full) + "-".repeat(WIDTH - full);
    int epoch = Math.min((done - 1) / steps + 1, epochs);
    return String.format(
        Locale.ROOT,
        "epoch %2d/%d [%s] %3.0f %%  loss %.4f  %4.1f s left",
        epoch,
        epochs,
        bar,
        100 * share,
        loss,
        seconds / share - seconds);
  }
}
