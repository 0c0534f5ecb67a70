package dev.mycel.train;

import dev.mycel.core.ArgumentException;
import dev.mycel.nn.Parameter;
import java.io.PrintStream;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Reduces the learning rate when a monitored value has not improved for some epochs.
 *
 * <pre>{@code
 * ReduceLROnPlateau.monitor("eval_loss").factor(0.5).patience(3).minLr(1e-5).build()
 * }</pre>
 *
 * <p>{@code "loss"} is the loss of an epoch's last step; any other name is a metric of the model,
 * or {@code "eval_loss"}. Epochs without an evaluation do not count for those. The optimiser must
 * keep one number as its rate, or one for each group, all of which are reduced; a schedule or a
 * list is refused when the training begins.
 */
public final class ReduceLROnPlateau extends Callback {
  private static final String OWNER = "ReduceLROnPlateau";

  private final String monitor;
  private final double factor;
  private final int patience;
  private final boolean verbose;
  private final boolean smaller;
  private final double minDelta;
  private final int cooldown;
  private final double minLr;
  private final Supplier<PrintStream> out;

  private Set<Parameter> rates = Set.of();
  private double best;
  private int wait;
  private int cooling;
  private boolean warned;

  private ReduceLROnPlateau(Builder b) {
    monitor = b.monitor;
    factor = b.factor;
    patience = b.patience;
    verbose = b.verbose;
    smaller = EarlyStopping.isSmallerBetter(b.monitor, b.mode);
    minDelta = b.minDelta;
    cooldown = b.cooldown;
    minLr = b.minLr;
    out = b.out;
  }

  /** Divides the rate by 10 when the loss of evaluations has not improved for 10 epochs. */
  public ReduceLROnPlateau() {
    this(new Builder("eval_loss"));
  }

  /** Begins a callback that monitors that value. */
  public static Builder monitor(String monitor) {
    return new Builder(monitor);
  }

  @Override
  public void onTrainBegin(RunContext context) {
    rates = KeptRates.of(OWNER, context.originalArgs());
    best = smaller ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY;
    wait = 0;
    cooling = 0;
    warned = false;
  }

  @Override
  public void onTrainEpochEnd(RunContext context) {
    InternalCallbackParam args = context.originalArgs();
    OptionalDouble found = Monitored.value(OWNER, monitor, args);
    if (found.isEmpty()) {
      warned = warned || Monitored.warnIfNeverThere(OWNER, monitor, args);
      return;
    }
    double current = found.getAsDouble();
    if (cooling > 0) {
      cooling--;
      wait = 0;
    }
    if (smaller ? current < best - minDelta : current > best + minDelta) {
      best = current;
      wait = 0;
    } else if (cooling == 0 && ++wait >= patience) {
      reduce(args.curEpochNum());
      cooling = cooldown;
      wait = 0;
    }
  }

  /** The best value, and how long it has been waited; the rates are in the optimiser. */
  @Override
  public Map<String, Object> state() {
    return Map.of("best", best, "wait", (long) wait, "cooling", (long) cooling);
  }

  @Override
  public void restoreState(Map<String, Object> state) {
    double newBest = CallbackStates.real(OWNER, state, "best");
    long newWait = CallbackStates.number(OWNER, state, "wait");
    long newCooling = CallbackStates.number(OWNER, state, "cooling");
    best = newBest;
    wait = (int) Math.min(newWait, 1 << 30);
    cooling = (int) Math.min(newCooling, 1 << 30);
  }

  private void reduce(int epoch) {
    for (Parameter rate : rates) {
      boolean reduced =
          KeptRates.change(OWNER, rate, now -> now > minLr ? Math.max(now * factor, minLr) : now);
      if (reduced && verbose) {
        PrintStream stream = out.get();
        stream.println(
            String.format(
                Locale.ROOT,
                "Epoch %05d: ReduceLROnPlateau reducing learning rate to %s.",
                epoch,
                Float.toString((float) rate.value().item())));
        stream.flush();
      }
    }
  }

  @Override
  public void close() {
    rates = Set.of();
  }

  /** The options; unset ones have MindSpore's defaults. */
  public static final class Builder {
    private final String monitor;
    private double factor = 0.1;
    private int patience = 10;
    private boolean verbose;
    private EarlyStopping.Mode mode = EarlyStopping.Mode.AUTO;
    private double minDelta = 1e-4;
    private int cooldown;
    private double minLr;
    private Supplier<PrintStream> out = Console::out;

    private Builder(String monitor) {
      this.monitor = monitor;
    }

    /** By what the rate is multiplied, between 0 and 1; 0.1 by default. */
    public Builder factor(double factor) {
      if (!(factor > 0 && factor < 1)) {
        throw new ArgumentException(OWNER + ": factor must lie between 0 and 1, got " + factor);
      }
      this.factor = factor;
      return this;
    }

    /** How many epochs without improvement are waited for; 10 by default, 0 is as 1. */
    public Builder patience(int patience) {
      this.patience = notNegative("patience", patience);
      return this;
    }

    /** Whether a reduction is printed; false by default. */
    public Builder verbose(boolean verbose) {
      this.verbose = verbose;
      return this;
    }

    /** Which values are better; by the name of the value by default. */
    public Builder mode(EarlyStopping.Mode mode) {
      this.mode = mode;
      return this;
    }

    /** By how much a value must be better to count as such; 1e-4 by default. */
    public Builder minDelta(double minDelta) {
      if (!Double.isFinite(minDelta)) {
        throw new ArgumentException(OWNER + ": minDelta must be finite, got " + minDelta);
      }
      this.minDelta = Math.abs(minDelta);
      return this;
    }

    /** How many epochs after a reduction do not count as waiting; 0 by default. */
    public Builder cooldown(int cooldown) {
      this.cooldown = notNegative("cooldown", cooldown);
      return this;
    }

    /** Below which the rate is not reduced; 0 by default. */
    public Builder minLr(double minLr) {
      if (!(minLr >= 0) || Double.isInfinite(minLr)) {
        throw new ArgumentException(
            OWNER + ": minLr must be finite and not negative, got " + minLr);
      }
      this.minLr = minLr;
      return this;
    }

    private static int notNegative(String name, int value) {
      if (value < 0) {
        throw new ArgumentException(OWNER + ": " + name + " must not be negative, got " + value);
      }
      return value;
    }

    /** Where to print; the standard output by default. */
    public Builder to(PrintStream stream) {
      this.out = () -> stream;
      return this;
    }

    /** The callback. */
    public ReduceLROnPlateau build() {
      return new ReduceLROnPlateau(this);
    }
  }
}
