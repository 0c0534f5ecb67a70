package dev.mycel.train;

import java.io.PrintStream;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Shows how far a training is: a line that renews itself in a terminal, a line for each epoch
 * elsewhere. The loss that it shows is a running mean over the steps.
 */
public final class ProgressBar extends Callback {
  private static final int WIDTH = 30;
  private static final double OLD_SHARE = 0.95;
  private static final double NANOS = 1e9;

  private final Supplier<PrintStream> out;
  private final @Nullable Boolean live;
  private long start;
  private int firstEpoch;
  private double loss;
  private boolean lineIsOpen;

  /** A bar on the standard output. */
  public ProgressBar() {
    this(Console::out, null);
  }

  /**
   * A bar on another stream.
   *
   * @param live whether the stream is a terminal, whose last line may be renewed
   */
  public ProgressBar(PrintStream out, boolean live) {
    this(() -> out, live);
  }

  private ProgressBar(Supplier<PrintStream> out, @Nullable Boolean live) {
    this.out = out;
    this.live = live;
  }

  private boolean isLive() {
    Boolean given = live;
    return given != null ? given : Console.isInteractive();
  }

  @Override
  public void onTrainBegin(RunContext context) {
    start = System.nanoTime();
    firstEpoch = 0;
    loss = Double.NaN;
    lineIsOpen = false;
  }

  @Override
  public void onTrainEpochBegin(RunContext context) {
    if (firstEpoch == 0) {
      firstEpoch = context.originalArgs().curEpochNum();
    }
  }

  @Override
  public void onTrainStepEnd(RunContext context) {
    double now = context.originalArgs().loss();
    loss = Double.isNaN(loss) ? now : OLD_SHARE * loss + (1 - OLD_SHARE) * now;
    if (isLive()) {
      out.get().print("\r" + line(context.originalArgs(), false));
      out.get().flush();
      lineIsOpen = true;
    }
  }

  @Override
  public void onTrainEpochEnd(RunContext context) {
    InternalCallbackParam args = context.originalArgs();
    String results = args.metrics().isEmpty() ? "" : "  " + args.metrics();
    out.get().println((lineIsOpen ? "\r" : "") + line(args, true) + results);
    out.get().flush();
    lineIsOpen = false;
  }

  @Override
  public void close() {
    if (lineIsOpen) {
      out.get().println();
      lineIsOpen = false;
    }
  }

  private String line(InternalCallbackParam args, boolean epochEnds) {
    String epoch = String.format(Locale.ROOT, "epoch %2d/%d", args.curEpochNum(), args.epochNum());
    OptionalInt batches = epochEnds ? OptionalInt.of(args.curStepInEpoch()) : args.batchNum();
    String shownLoss = String.format(Locale.ROOT, "loss %.4f", loss);
    if (batches.isEmpty() || batches.getAsInt() == 0) {
      return epoch + "  step " + args.curStepInEpoch() + "  " + shownLoss;
    }
    double inEpoch = (double) args.curStepInEpoch() / batches.getAsInt();
    double epochs = args.epochNum() - firstEpoch + 1;
    double share = (args.curEpochNum() - firstEpoch + inEpoch) / epochs;
    int full = (int) Math.round(share * WIDTH);
    double seconds = (System.nanoTime() - start) / NANOS;
    return String.format(
        Locale.ROOT,
        "%s [%s] %3.0f %%  %s  %4.1f s left",
        epoch,
        "#".repeat(full) + "-".repeat(WIDTH - full),
        100 * share,
        shownLoss,
        seconds / share - seconds);
  }
}
