package dev.mycel.train;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import dev.mycel.core.Scope;
import dev.mycel.core.Variable;
import dev.mycel.nn.Cell;
import dev.mycel.nn.Parameter;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Stops the training when a monitored value has not improved for some epochs.
 *
 * <pre>{@code
 * EarlyStopping.monitor("accuracy").patience(3).restoreBestWeights(true).build()
 * }</pre>
 *
 * <p>{@code "loss"} is the loss of an epoch's last step; any other name is a metric of the model,
 * or {@code "eval_loss"}. Epochs without an evaluation do not count for those.
 */
public final class EarlyStopping extends Callback {
  /** Which values are better. */
  public enum Mode {
    /** Smaller ones for losses and errors by MindSpore's names, larger ones for the rest. */
    AUTO,
    /** Smaller ones. */
    MIN,
    /** Larger ones. */
    MAX
  }

  private static final Set<String> SMALLER_IS_BETTER =
      Set.of(
          "hausdorff_distance",
          "mae",
          "mse",
          "loss",
          "perplexity",
          "mean_surface_distance",
          "root_mean_square_distance",
          "eval_loss");

  private static final String WEIGHT = "weight.";

  private final String monitor;
  private final double minDelta;
  private final int patience;
  private final boolean verbose;
  private final boolean smaller;
  private final @Nullable Double baseline;
  private final boolean restoreBestWeights;
  private final Supplier<PrintStream> out;

  private double best;
  private int wait;
  private int stoppedEpoch;
  private boolean warned;
  private final Map<String, Parameter> bestWeights = new LinkedHashMap<>();

  private EarlyStopping(Builder b) {
    monitor = b.monitor;
    minDelta = b.minDelta;
    patience = b.patience;
    verbose = b.verbose;
    smaller = isSmallerBetter(b.monitor, b.mode);
    baseline = b.baseline;
    restoreBestWeights = b.restoreBestWeights;
    out = b.out;
  }

  static boolean isSmallerBetter(String monitor, Mode mode) {
    return mode == Mode.MIN || (mode == Mode.AUTO && SMALLER_IS_BETTER.contains(monitor));
  }

  /** Stops as soon as the loss of an evaluation does not improve. */
  public EarlyStopping() {
    this(new Builder("eval_loss"));
  }

  /** Begins a callback that monitors that value. */
  public static Builder monitor(String monitor) {
    return new Builder(monitor);
  }

  @Override
  public void onTrainBegin(RunContext context) {
    best = smaller ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY;
    wait = 0;
    stoppedEpoch = 0;
    warned = false;
    bestWeights.clear();
  }

  @Override
  public void onTrainEpochEnd(RunContext context) {
    OptionalDouble found = value(context.originalArgs());
    if (found.isEmpty()) {
      return;
    }
    double current = found.getAsDouble();
    wait++;
    if (isImprovement(current, best)) {
      best = current;
      remember(context.originalArgs());
      if (baseline == null || isImprovement(current, baseline)) {
        wait = 0;
      }
    }
    if (wait > 0 && wait >= patience) {
      stoppedEpoch = context.originalArgs().curEpochNum();
      context.requestStop();
      restore(context.originalArgs().trainNetwork());
    }
  }

  /** The best value, how long it has been waited, and the best weights if they are kept. */
  @Override
  public Map<String, Object> state() {
    Map<String, Object> state = new LinkedHashMap<>();
    state.put("best", best);
    state.put("wait", (long) wait);
    bestWeights.forEach((name, kept) -> state.put(WEIGHT + name, kept.value()));
    return state;
  }

  @Override
  public void restoreState(Map<String, Object> state) {
    double newBest = CallbackStates.real("EarlyStopping", state, "best");
    int newWait = (int) Math.min(CallbackStates.number("EarlyStopping", state, "wait"), 1 << 30);
    best = newBest;
    wait = newWait;
    bestWeights.clear();
    state.forEach(
        (name, value) -> {
          if (name.startsWith(WEIGHT) && restoreBestWeights) {
            String weight = name.substring(WEIGHT.length());
            bestWeights.put(weight, new Parameter(CallbackStates.tensor(value), weight));
          }
        });
  }

  private boolean isImprovement(double current, double than) {
    return smaller ? current < than - minDelta : current > than + minDelta;
  }

  private void remember(InternalCallbackParam args) {
    if (restoreBestWeights) {
      bestWeights.clear();
      args.trainNetwork()
          .variablesDict()
          .forEach((name, p) -> bestWeights.put(name, new Parameter(p.value(), name)));
    }
  }

  private void restore(Cell<?, ?> network) {
    if (bestWeights.isEmpty()) {
      return;
    }
    if (verbose) {
      print("Restoring model weights from the end of the best epoch.");
    }
    try (Scope scope = Scope.open()) {
      Map<String, Variable> weights = network.variablesDict();
      bestWeights.forEach((name, kept) -> weightOf(weights, name).assign(kept.value()));
    }
  }

  private static Variable weightOf(Map<String, Variable> weights, String name) {
    Variable weight = weights.get(name);
    if (weight == null) {
      throw new ArgumentException(
          Messages.of("EarlyStopping: the network has no parameter of the best weights' name")
              .line("name", "'" + name + "'")
              .hint("resume with the network that the state was saved with")
              .text());
    }
    return weight;
  }

  private OptionalDouble value(InternalCallbackParam args) {
    OptionalDouble found = Monitored.value("EarlyStopping", monitor, args);
    if (found.isEmpty()) {
      warned = warned || Monitored.warnIfNeverThere("EarlyStopping", monitor, args);
    }
    return found;
  }

  @Override
  public void onTrainEnd(RunContext context) {
    if (stoppedEpoch > 0 && verbose) {
      print(String.format(Locale.ROOT, "Epoch %05d: early stopping", stoppedEpoch));
    }
  }

  @Override
  public void close() {
    bestWeights.clear();
  }

  /** The epoch that stopped the last training; empty if none did. */
  public OptionalInt stoppedEpoch() {
    return stoppedEpoch > 0 ? OptionalInt.of(stoppedEpoch) : OptionalInt.empty();
  }

  private void print(String line) {
    PrintStream stream = out.get();
    stream.println(line);
    stream.flush();
  }

  /** The options; unset ones have MindSpore's defaults. */
  public static final class Builder {
    private final String monitor;
    private double minDelta;
    private int patience;
    private boolean verbose;
    private Mode mode = Mode.AUTO;
    private @Nullable Double baseline;
    private boolean restoreBestWeights;
    private Supplier<PrintStream> out = Console::out;

    private Builder(String monitor) {
      this.monitor = monitor;
    }

    /** By how much a value must be better to count as such; 0 by default. */
    public Builder minDelta(double minDelta) {
      if (!Double.isFinite(minDelta)) {
        throw new ArgumentException("EarlyStopping: minDelta must be finite, got " + minDelta);
      }
      this.minDelta = Math.abs(minDelta);
      return this;
    }

    /** How many epochs without improvement are waited for; 0, as 1, stops at the first. */
    public Builder patience(int patience) {
      if (patience < 0) {
        throw new ArgumentException(
            "EarlyStopping: patience must not be negative, got " + patience);
      }
      this.patience = patience;
      return this;
    }

    /** Whether stopping is printed; false by default. */
    public Builder verbose(boolean verbose) {
      this.verbose = verbose;
      return this;
    }

    /** Which values are better; by the name of the value by default. */
    public Builder mode(Mode mode) {
      this.mode = mode;
      return this;
    }

    /** What an improvement must also be better than to end the waiting. */
    public Builder baseline(double baseline) {
      this.baseline = baseline;
      return this;
    }

    /** Whether stopping gives all parameters the values of the best epoch; false by default. */
    public Builder restoreBestWeights(boolean restore) {
      this.restoreBestWeights = restore;
      return this;
    }

    /** Where to print; the standard output by default. */
    public Builder to(PrintStream stream) {
      this.out = () -> stream;
      return this;
    }

    /** The callback. */
    public EarlyStopping build() {
      return new EarlyStopping(this);
    }
  }
}
