package dev.mycel.train;

import dev.mycel.checkpoint.CheckpointException;
import dev.mycel.checkpoint.Checkpoints;
import dev.mycel.checkpoint.SaveOptions;
import dev.mycel.core.ArgumentException;
import dev.mycel.core.Generator;
import dev.mycel.core.Messages;
import dev.mycel.core.Scope;
import dev.mycel.core.Tensor;
import dev.mycel.core.Variable;
import dev.mycel.nn.Cell;
import dev.mycel.nn.amp.LossScaler;
import dev.mycel.optim.amp.LossScaleManager;
import dev.mycel.optim.amp.TrainingStep;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * All that a training is made of at a moment: parameters, the optimiser's state, the loss scale,
 * epoch, batch and step, all random numbers, and entries of your own. It is saved as one {@code
 * .ckpt} file and restored to the bit, so that a training that was killed ends with the numbers of
 * one that was not.
 *
 * <pre>{@code
 * var state = TrainingState.of(step).data(batches);
 * if (Files.exists(file)) {
 *   state.restore(file);
 * }
 * while (state.epochsDone() < 10) {
 *   Iterator<Batch> epoch = state.startEpoch(batches);        // what is left of it
 *   while (epoch.hasNext()) {
 *     step.call(epoch.next());
 *     state.advance();
 *     state.save(file);
 *   }
 *   state.endEpoch();
 * }
 * }</pre>
 *
 * <p>{@code Model} does so by itself: see {@link TrainOptions#resumeFrom} and {@link
 * CheckpointManager}.
 *
 * <p>In the file parameters have the names that MindSpore gives them, and all else has names that
 * begin with {@code training_state.}: other programs may read the parameters and leave the rest.
 *
 * <p>A state belongs to one thread, which is the one that trains.
 */
public final class TrainingState {
  static final String OP = "TrainingState";
  private static final SaveOptions OPTIONS = SaveOptions.defaults().crcCheck(true);
  static final String LAST_LOSS = "last_loss";
  private static final String DEFAULT = "default";

  private final List<Cell<?, ?>> cells;
  private final Map<String, Generator> generators = new LinkedHashMap<>();
  private final Map<String, Object> entries = new LinkedHashMap<>();
  private @Nullable LossScaler scaler;
  @Nullable LossScaleManager manager;
  List<Callback> callbacks = List.of();

  @Nullable Iterable<?> data;
  Progress progress = Progress.START;
  @Nullable Moment epochBegin;
  @Nullable RandomSnapshot continued;
  @Nullable Iterator<?> resumed;
  private @Nullable Held held;

  /** The loss of the last step, for callbacks that ask before the next one. */
  Supplier<OptionalDouble> lastLoss = OptionalDouble::empty;

  /**
   * How far a training has come.
   *
   * @param epoch the number of the last epoch that began, from 1
   * @param batch how many of its batches are done
   * @param step how many batches are done in all
   * @param epochEnded whether the epoch is done; true before the first
   * @param batchesBefore how many batches the epoch before had
   */
  record Progress(long epoch, long batch, long step, boolean epochEnded, long batchesBefore) {
    static final Progress START = new Progress(0, 0, 0, true, 0);
  }

  /**
   * What the order of an epoch's batches depends on.
   *
   * @param random all random numbers before the epoch
   * @param data the data's own state before the epoch, as it is kept
   */
  record Moment(RandomSnapshot random, Map<String, Object> data) {}

  /** What an evaluation and the end of an epoch may change although the epoch is not done. */
  private record Held(RandomSnapshot random, Map<String, Map<String, Object>> callbacks) {}

  private TrainingState(List<Cell<?, ?>> cells) {
    this.cells = cells;
    generators.put(DEFAULT, Generator.defaultGenerator());
  }

  // ---- what belongs to it -----------------------------------------------------------------------

  /**
   * The state of a training step, with its network, optimiser and loss scale; or of a network and
   * an optimiser that go without one.
   *
   * @param more further cells; what several of them hold is saved once
   */
  public static TrainingState of(Cell<?, ?> cell, Cell<?, ?>... more) {
    List<Cell<?, ?>> all = new ArrayList<>();
    all.add(cell);
    Collections.addAll(all, more);
    TrainingState state = new TrainingState(List.copyOf(all));
    state.parameters();
    return state;
  }

  /** The state of a cell whose names nobody has asked for, nor does until it is saved. */
  static TrainingState ofModel(Cell<?, ?> cell) {
    return new TrainingState(List.of(cell));
  }

  /** The state of a training step, with its loss scale manager. */
  public static TrainingState of(TrainingStep<?> step) {
    TrainingState state = of(step.cell());
    step.lossScaleManager().ifPresent(state::lossScaleManager);
    return state;
  }

  /** Adds a loss scaler. */
  public TrainingState lossScaler(LossScaler lossScaler) {
    scaler = lossScaler;
    parameters();
    return this;
  }

  /** Adds a loss scale manager. */
  public TrainingState lossScaleManager(LossScaleManager lossScaleManager) {
    manager = lossScaleManager;
    return this;
  }

  /**
   * Adds a generator that the training draws from. The default generator and the seeds of {@code
   * Random}, which layers like dropout draw from, are always there.
   */
  public TrainingState generator(String name, Generator generator) {
    if (name.isBlank() || generators.containsKey(name)) {
      throw new ArgumentException(
          Messages.of(OP + ": a generator needs a name of its own")
              .line("name ", "'" + name + "'")
              .line("taken", String.join(" ", generators.keySet()))
              .text());
    }
    generators.put(name, generator);
    return this;
  }

  /**
   * Names the data that is gone through in each epoch, so that {@link #restore} can put it to the
   * batch where the training ended, and refuse a state that it does not fit.
   */
  public TrainingState data(Iterable<?> batches) {
    data = batches;
    return this;
  }

  // ---- where it stands --------------------------------------------------------------------------

  /** The number of the epoch that is going on or ended last, from 1; 0 before the first. */
  public long epoch() {
    return progress.epoch();
  }

  /** How many batches of that epoch are done. */
  public long batch() {
    return progress.batch();
  }

  /** How many batches are done in all. */
  public long step() {
    return progress.step();
  }

  /** How many epochs are done to their end. */
  public long epochsDone() {
    return progress.epochEnded() ? progress.epoch() : progress.epoch() - 1;
  }

  /**
   * Begins an epoch, or goes on with the one that a restored state had begun.
   *
   * @return the batches that are left of it
   */
  @SuppressWarnings("unchecked") // the iterator is one of that data
  public <B> Iterator<B> startEpoch(Iterable<B> batches) {
    if (data == null) {
      data = batches;
    } else if (data != batches) {
      throw new ArgumentException(
          Messages.of(OP + ": the epoch is begun with other data than was named")
              .line("named", data.getClass().getName())
              .line("given", batches.getClass().getName())
              .hint("give data(...) and startEpoch(...) the same object")
              .text());
    }
    held = null;
    if (continued != null && !progress.epochEnded()) {
      Iterator<?> left = resumed != null ? resumed : rewound(batches);
      continueRandom();
      continued = null;
      resumed = null;
      return (Iterator<B>) left;
    }
    continued = null;
    epochBegin = moment(batches);
    Progress p = progress;
    progress = new Progress(p.epoch() + 1, 0, p.step(), false, p.batch());
    return batches.iterator();
  }

  /** Notes that a batch is done. */
  public void advance() {
    Progress p = progress;
    progress =
        new Progress(p.epoch(), p.batch() + 1, p.step() + 1, p.epochEnded(), p.batchesBefore());
  }

  /** Notes that the epoch is done. */
  public void endEpoch() {
    Progress p = progress;
    progress = new Progress(p.epoch(), p.batch(), p.step(), true, p.batchesBefore());
    epochBegin = null;
  }

  /** Counts epochs from that number on, of which it knows nothing else. */
  void skipEpochs(int epochs) {
    progress = new Progress(epochs, 0, 0, true, 0);
  }

  /** Saves random numbers and callbacks' states as they are now, whatever happens to them. */
  void hold() {
    held = new Held(RandomSnapshot.take(generators), callbackStates());
  }

  /** Random numbers as they were restored, whatever has been drawn since. */
  void continueRandom() {
    RandomSnapshot now = continued;
    if (now != null) {
      now.putBack(generators);
    }
  }

  /** The batches of the epoch that a restored state had begun, without those that are done. */
  Iterator<?> rewound(Iterable<?> batches) {
    Moment begin = Objects.requireNonNull(epochBegin);
    begin.random().putBack(generators);
    if (batches instanceof ResumableData<?> own) {
      try (Scope scope = Scope.open()) {
        own.restoreState(StateEntries.forUsers(begin.data()));
      }
      return own.iterator(progress.batch());
    }
    return Skipping.over(batches.iterator(), progress.batch());
  }

  Moment moment(@Nullable Iterable<?> batches) {
    return new Moment(RandomSnapshot.take(generators), dataState(batches));
  }

  private static Map<String, Object> dataState(@Nullable Iterable<?> batches) {
    if (batches instanceof ResumableData<?> own) {
      try (Scope scope = Scope.open()) {
        return StateEntries.kept(own.getClass().getSimpleName(), own.state());
      }
    }
    return Map.of();
  }

  // ---- entries ----------------------------------------------------------------------------------

  /** Keeps a whole number under a name. */
  public TrainingState put(String name, long value) {
    return keep(name, value);
  }

  /** Keeps a number under a name, to the bit. */
  public TrainingState put(String name, double value) {
    return keep(name, value);
  }

  /** Keeps a truth value under a name. */
  public TrainingState put(String name, boolean value) {
    return keep(name, value);
  }

  /** Keeps a text under a name. */
  public TrainingState put(String name, String value) {
    return keep(name, value);
  }

  /** Keeps a tensor under a name; no scope ends it. */
  public TrainingState put(String name, Tensor value) {
    return keep(name, value);
  }

  private TrainingState keep(String name, Object value) {
    if (name.isBlank()) {
      throw new ArgumentException(OP + ": an entry needs a name");
    }
    entries.put(name, StateEntries.kept(OP, name, value));
    return this;
  }

  /** The names of the entries. */
  public Set<String> names() {
    return Collections.unmodifiableSet(entries.keySet());
  }

  /** A whole number. */
  public long getLong(String name) {
    return entry(name, Long.class, "long");
  }

  /** A number. */
  public double getDouble(String name) {
    return entry(name, Double.class, "double");
  }

  /** A truth value. */
  public boolean getBoolean(String name) {
    return entry(name, Boolean.class, "boolean");
  }

  /** A text. */
  public String getString(String name) {
    return entry(name, String.class, "string");
  }

  /**
   * A tensor, which the innermost scope ends. A scalar of int64, float64 or bool is a long, a
   * double or a boolean once it was saved.
   */
  public Tensor getTensor(String name) {
    return entry(name, Variable.class, "tensor").value();
  }

  private <T> T entry(String name, Class<T> type, String called) {
    Object value = entries.get(name);
    if (type.isInstance(value)) {
      return type.cast(value);
    }
    Messages message =
        value == null
            ? Messages.of(OP + ": there is no entry '" + name + "'")
                .line("names", entries.isEmpty() ? "none" : String.join(" ", entries.keySet()))
            : Messages.of(OP + ": the entry '" + name + "' is no " + called)
                .line(
                    "it is a",
                    value instanceof Variable v
                        ? "tensor, " + v.type()
                        : value.getClass().getSimpleName());
    throw new ArgumentException(message.text());
  }

  // ---- files ------------------------------------------------------------------------------------

  /**
   * Saves all. The file is whole or not there at all, and ends in a check sum.
   *
   * @param file gets the suffix {@code .ckpt} if it has not; an existing file is replaced
   * @return the file that was written
   */
  public Path save(Path file) {
    return save(file, Map.of());
  }

  /** Saves all with further entries of the library's own. */
  Path save(Path file, Map<String, Object> more) {
    try (Scope scope = Scope.open()) {
      return Checkpoints.saveCheckpoint(all(more), file, OPTIONS);
    }
  }

  /** Saves what is now, while the program goes on. */
  CompletableFuture<Path> saveInBackground(Path file, Map<String, Object> more) {
    try (Scope scope = Scope.open()) {
      return Checkpoints.saveCheckpointAsync(all(more), file, OPTIONS);
    }
  }

  private Map<String, Object> all(Map<String, Object> more) {
    Map<String, Object> all = new LinkedHashMap<>(parameters());
    StateEntries.write(all, StateEntries.VERSION, StateEntries.NEWEST);
    StateEntries.write(all, "epoch", progress.epoch());
    StateEntries.write(all, "batch", progress.batch());
    StateEntries.write(all, "step", progress.step());
    StateEntries.write(all, "epoch_ended", progress.epochEnded());
    StateEntries.write(all, "batches_before", progress.batchesBefore());
    Held stopped = held;
    (stopped != null ? stopped.random() : RandomSnapshot.take(generators)).write("", all);
    Moment begin = epochBegin;
    if (begin != null) {
      begin.random().write("begin.", all);
    }
    StateEntries.writeAll(all, "data.", begin != null ? begin.data() : dataState(data));
    lastLoss.get().ifPresent(loss -> StateEntries.write(all, LAST_LOSS, loss));
    LossScaleManager scale = manager;
    if (scale != null) {
      StateEntries.writeAll(all, "loss_scale.", StateEntries.kept(OP, scale.state()));
    }
    (stopped != null ? stopped.callbacks() : callbackStates())
        .forEach((name, kept) -> StateEntries.writeAll(all, "callback." + name + ".", kept));
    StateEntries.writeAll(all, StateEntries.ENTRY, entries);
    StateEntries.writeAll(all, "", more);
    return all;
  }

  /**
   * Restores all that {@link #save} wrote, perhaps in another process.
   *
   * @throws CheckpointException if the file is damaged or is no state, or if it is the state of
   *     another network, optimiser or kind of data; nothing has changed then
   */
  public TrainingState restore(Path file) {
    try (Restoration restoration = Restoration.of(this, file)) {
      restoration.applyModel();
      restoration.applyCallbacks();
    }
    return this;
  }

  /** All parameters and persistent buffers by name, each once. */
  Map<String, Variable> parameters() {
    StateParameters all = new StateParameters();
    cells.forEach(all::add);
    LossScaler s = scaler;
    if (s != null) {
      all.add(s);
    }
    return all.byName();
  }

  Map<String, Generator> generators() {
    return generators;
  }

  Map<String, Object> entries() {
    return entries;
  }

  /** Callbacks by class, and by number where there are several of one. */
  Map<String, Callback> callbacksByName() {
    Map<String, Callback> byName = new LinkedHashMap<>();
    for (Callback c : callbacks) {
      String base = CallbackManager.name(c).replace('.', '/');
      String name = base;
      for (int i = 2; byName.containsKey(name); i++) {
        name = base + "#" + i;
      }
      byName.put(name, c);
    }
    return byName;
  }

  private Map<String, Map<String, Object>> callbackStates() {
    Map<String, Map<String, Object>> states = new LinkedHashMap<>();
    callbacksByName().forEach((name, c) -> states.put(name, StateEntries.kept(name, c.state())));
    return states;
  }

  /** For example {@code TrainingState(epoch 3, batch 17, step 217)}. */
  @Override
  public String toString() {
    return "TrainingState(epoch "
        + epoch()
        + ", batch "
        + batch()
        + ", step "
        + step()
        + (progress.epochEnded() ? ", epoch done)" : ")");
  }
}
