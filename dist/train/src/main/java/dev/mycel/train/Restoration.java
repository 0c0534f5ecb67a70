package dev.mycel.train;

import dev.mycel.core.Scope;
import dev.mycel.core.Tensor;
import dev.mycel.core.TensorType;
import dev.mycel.core.Variable;
import dev.mycel.nn.Parameter;
import dev.mycel.optim.amp.LossScaleManager;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A state file that was read and fits, and how it gets into a training: all of it, or nothing. What
 * can be told from the file is checked when this is made; what users' code refuses is undone.
 */
final class Restoration implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("dev.mycel.train");
  private static final int MOST_LISTED = 10;

  private record Copy(Variable target, Parameter source) {}

  private final TrainingState state;
  private final StateEntries file;
  private final List<Copy> copies = new ArrayList<>();
  private final TrainingState.Progress progress;
  private final RandomSnapshot random;
  private final TrainingState.@Nullable Moment begin;
  private final Map<String, Object> data;
  private final Map<String, Object> scale;
  private final Map<String, Object> entries;
  private final OptionalDouble lastLoss;
  private final Map<Callback, Map<String, Object>> callbacks = new LinkedHashMap<>();
  private final Deque<Runnable> undo = new ArrayDeque<>();
  private final List<Tensor> before = new ArrayList<>();

  private Restoration(TrainingState state, StateEntries file) {
    this.state = state;
    this.file = file;
    planCopies();
    Set<String> generators = state.generators().keySet();
    progress = readProgress();
    random = RandomSnapshot.read("", file, generators);
    RandomSnapshot earlier =
        progress.epochEnded() ? null : RandomSnapshot.read("begin.", file, generators);
    data = file.takeAll("data.");
    begin = earlier == null ? null : new TrainingState.Moment(earlier, data);
    scale = file.takeAll("loss_scale.");
    entries = file.takeAll(StateEntries.ENTRY);
    lastLoss = file.takeReal(TrainingState.LAST_LOSS);
    file.takeAll(CheckpointManager.METRIC);
    planCallbacks();
    file.requireAllTaken();
    checkData();
    checkScale();
  }

  /** Reads a file and checks that it fits. */
  static Restoration of(TrainingState state, Path path) {
    return new Restoration(state, StateEntries.read(path));
  }

  // ---- checks -----------------------------------------------------------------------------------

  private void planCopies() {
    Map<String, Variable> targets = state.parameters();
    Map<String, Parameter> sources = file.parameters();
    Set<String> missing = new LinkedHashSet<>(targets.keySet());
    missing.removeAll(sources.keySet());
    Set<String> unknown = new LinkedHashSet<>(sources.keySet());
    unknown.addAll(file.strangeTexts());
    unknown.removeAll(targets.keySet());
    if (!missing.isEmpty() || !unknown.isEmpty()) {
      throw file.refusal(
              "the state is that of another network, optimiser or loss scale; nothing was restored")
          .line("parameters without an entry", listed(missing))
          .line("entries without a parameter", listed(unknown))
          .hint("make network, optimiser and loss scale as they were when the state was saved")
          .asException();
    }
    targets.forEach((name, target) -> copies.add(copy(name, target, sources)));
  }

  private Copy copy(String name, Variable target, Map<String, Parameter> sources) {
    Parameter source = Objects.requireNonNull(sources.get(name));
    TensorType wanted = target.type();
    if (source.dtype() != wanted.dtype() || !source.shape().equals(wanted.shape())) {
      throw file.refusal("a parameter is another one in the state; nothing was restored")
          .line("name     ", "'" + name + "'")
          .line("parameter", wanted.dtype() + " " + wanted.shape())
          .line("entry    ", source.dtype() + " " + source.shape())
          .hint("make network and optimiser as they were when the state was saved")
          .asException();
    }
    return new Copy(target, source);
  }

  private static String listed(Set<String> names) {
    if (names.isEmpty()) {
      return "none";
    }
    String some = String.join(", ", names.stream().limit(MOST_LISTED).toList());
    return names.size() + ": " + some + (names.size() > MOST_LISTED ? ", ..." : "");
  }

  private TrainingState.Progress readProgress() {
    TrainingState.Progress p =
        new TrainingState.Progress(
            file.takeCount("epoch"),
            file.takeCount("batch"),
            file.takeCount("step"),
            file.takeFlag("epoch_ended"),
            file.takeCount("batches_before"));
    if (p.batch() > p.step() || (p.epoch() == 0 && !p.epochEnded())) {
      throw file.damaged("epoch", "does not go with the others: " + p);
    }
    return p;
  }

  private void planCallbacks() {
    state
        .callbacksByName()
        .forEach(
            (name, c) -> {
              Map<String, Object> own = file.takeAll("callback." + name + ".");
              if (!own.isEmpty()) {
                callbacks.put(c, own);
              }
            });
    Set<String> left = file.takeAll("callback.").keySet();
    if (!left.isEmpty()) {
      LOG.log(
          System.Logger.Level.WARNING,
          "TrainingState: the state of callbacks that are not there is left: {0}",
          listed(left));
    }
  }

  private void checkData() {
    Iterable<?> batches = state.data;
    if (batches == null) {
      return;
    }
    boolean keeps = batches instanceof ResumableData<?> own && !own.state().isEmpty();
    if (keeps == data.isEmpty()) {
      throw file.refusal(
              keeps
                  ? "the data keeps a state, and the file has none of it; nothing was restored"
                  : "the file has the state of data that keeps one; nothing was restored")
          .line("data", batches.getClass().getName())
          .hint("train with the kind of data that the state was saved with")
          .asException();
    }
  }

  private void checkScale() {
    LossScaleManager manager = state.manager;
    boolean keeps = manager != null && !manager.state().isEmpty();
    if (keeps == scale.isEmpty()) {
      throw file.refusal(
              keeps
                  ? "the file has no state of the loss scale manager; nothing was restored"
                  : "the file has the state of a loss scale manager; nothing was restored")
          .line("manager", manager == null ? "none" : manager.getClass().getSimpleName())
          .hint("train with the loss scale that the state was saved with")
          .asException();
    }
  }

  // ---- changes ----------------------------------------------------------------------------------

  /** Restores all but callbacks, or nothing. */
  void applyModel() {
    try {
      undo.push(undoProgress());
      RandomSnapshot randomBefore = RandomSnapshot.take(state.generators());
      undo.push(() -> randomBefore.putBack(state.generators()));
      state.progress = progress;
      state.epochBegin = begin;
      state.continued = random;
      state.resumed = null;
      applyData();
      copies.forEach(this::apply);
      applyScale();
      replaceEntries(entries);
      state.lastLoss = () -> lastLoss;
      state.continueRandom();
    } catch (RuntimeException | Error e) {
      rollBack(e);
      throw e;
    }
  }

  private Runnable undoProgress() {
    TrainingState.Progress wasProgress = state.progress;
    TrainingState.Moment wasBegin = state.epochBegin;
    RandomSnapshot wasContinued = state.continued;
    var wasResumed = state.resumed;
    var wasLoss = state.lastLoss;
    Map<String, Object> wasEntries = new LinkedHashMap<>(state.entries());
    return () -> {
      state.progress = wasProgress;
      state.epochBegin = wasBegin;
      state.continued = wasContinued;
      state.resumed = wasResumed;
      state.lastLoss = wasLoss;
      replaceEntries(wasEntries);
    };
  }

  private void replaceEntries(Map<String, Object> by) {
    state.entries().clear();
    state.entries().putAll(by);
  }

  private void applyData() {
    Iterable<?> batches = state.data;
    if (batches == null) {
      return;
    }
    if (batches instanceof ResumableData<?> own) {
      Map<String, Object> was = StateEntries.kept(TrainingState.OP, own.state());
      undo.push(() -> restore(own, was));
    }
    if (!progress.epochEnded()) {
      state.resumed = state.rewound(batches);
    } else if (batches instanceof ResumableData<?> own) {
      restore(own, data);
    }
  }

  private static void restore(ResumableData<?> own, Map<String, Object> kept) {
    try (Scope scope = Scope.open()) {
      own.restoreState(StateEntries.forUsers(kept));
    }
  }

  private void apply(Copy copy) {
    Tensor was = copy.target().value();
    before.add(was);
    undo.push(() -> copy.target().assign(was));
    try (Tensor value = copy.source().value()) {
      copy.target().assign(value);
    }
  }

  private void applyScale() {
    LossScaleManager manager = state.manager;
    if (manager != null) {
      Map<String, Object> was = manager.state();
      undo.push(() -> manager.restoreState(was));
      manager.restoreState(scale);
    }
  }

  /** Restores callbacks; if one of them refuses, all is as it was before {@link #applyModel}. */
  void applyCallbacks() {
    try {
      callbacks.forEach(
          (callback, own) -> {
            Map<String, Object> was =
                StateEntries.kept(CallbackManager.name(callback), callback.state());
            undo.push(() -> restore(callback, was));
            restore(callback, own);
          });
    } catch (RuntimeException | Error e) {
      rollBack(e);
      throw e;
    }
  }

  private static void restore(Callback callback, Map<String, Object> kept) {
    try (Scope scope = Scope.open()) {
      callback.restoreState(StateEntries.forUsers(kept));
    }
  }

  private void rollBack(Throwable cause) {
    while (!undo.isEmpty()) {
      try {
        undo.pop().run();
      } catch (RuntimeException | Error e) {
        cause.addSuppressed(e);
      }
    }
  }

  /** Refuses numbers that a model cannot count to. */
  void requireSmallNumbers() {
    if (Math.max(progress.epoch(), Math.max(progress.batch(), progress.batchesBefore()))
        >= Integer.MAX_VALUE) {
      throw file.refused(
          "a model counts epochs and their batches below 2^31, the state has " + progress,
          "go on with a loop of your own");
    }
  }

  @Override
  public void close() {
    undo.clear();
    before.forEach(Tensor::close);
    before.clear();
  }
}
