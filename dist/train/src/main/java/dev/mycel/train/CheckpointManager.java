package dev.mycel.train;

import dev.mycel.checkpoint.CheckpointException;
import dev.mycel.checkpoint.Checkpoints;
import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A folder of {@link TrainingState}s: it saves them, keeps the newest and the best, and finds the
 * newest whole one after the process was killed, whenever that was.
 *
 * <pre>{@code
 * try (var manager = CheckpointManager.builder(folder).keepNewest(3).keepBest("accuracy").build()) {
 *   model.fit(10, train, test, TrainOptions.defaults().resumeFrom(manager), manager.everyEpoch());
 * }
 * }</pre>
 *
 * <p>Files are called as those of {@link ModelCheckpoint}, {@code <prefix>-<epoch>_<step in the
 * epoch>.ckpt}. A training that does not go on with an earlier one gets the next prefix, {@code
 * <prefix>_1}, {@code <prefix>_2} and so on, and leaves the files of that one alone. A manager goes
 * on with the training that was begun last.
 *
 * <p>A file is written under another name, synced, renamed, and read again with its check sum; only
 * then old files are deleted. So there is a whole file at every moment from the first save on. What
 * a killed process had not finished is left, reported and never taken for a checkpoint.
 *
 * <p>The folder belongs to one manager, in this process and among all others: a second one is
 * refused until the first is closed or its process has ended. Several threads may share a manager.
 */
public final class CheckpointManager implements AutoCloseable {
  static final String METRIC = "metric.";

  private static final String OP = "CheckpointManager";

  private static final System.Logger LOG = System.getLogger("dev.mycel.train");

  private final Path folder;
  private final String prefix;
  private final int keepNewest;
  private final @Nullable String monitor;
  private final boolean smaller;
  private final FolderLock lock;
  private final List<Path> leftovers;
  private final Map<Path, OptionalDouble> metrics = new HashMap<>();
  private final Set<Path> own = new HashSet<>();
  private final Set<Path> handedOut = new HashSet<>();
  private final boolean asyncSave;
  private final PendingSave pending = new PendingSave(OP);
  private int run;
  private boolean closed;

  private CheckpointManager(Builder b) throws IOException {
    folder = b.folder;
    prefix = b.prefix;
    keepNewest = b.keepNewest;
    asyncSave = b.asyncSave;
    monitor = b.monitor;
    smaller = monitor != null && EarlyStopping.isSmallerBetter(monitor, b.mode);
    Files.createDirectories(folder);
    lock = FolderLock.of(folder);
    try {
      leftovers = Leftovers.of(folder, b.removeLeftovers);
      List<CheckpointFiles.Named> files = CheckpointFiles.list(folder, prefix);
      run = files.isEmpty() ? 0 : files.get(files.size() - 1).run();
    } catch (IOException | RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  /** A manager that keeps the five newest states in a folder, which is made if it is not there. */
  public static CheckpointManager open(Path folder) {
    return builder(folder).build();
  }

  /** Begins a manager of a folder. */
  public static Builder builder(Path folder) {
    return new Builder(folder);
  }

  /** Unfinished files that the folder had when the manager was made. */
  public List<Path> leftovers() {
    return leftovers;
  }

  // ---- saving -----------------------------------------------------------------------------------

  /**
   * Saves a state under its epoch and batch, then deletes what is not to be kept. With {@link
   * Builder#asyncSave} the state of this moment is saved while the program goes on.
   *
   * @return the file, which has been read again and is whole, or will be
   * @throws CheckpointException also if the save in the background before this one has failed
   */
  public Path save(TrainingState state) {
    return save(state, OptionalDouble.empty());
  }

  /**
   * Saves a state with the value that {@link Builder#keepBest} compares.
   *
   * @param metric the value; one that is not a number is never the best
   */
  public Path save(TrainingState state, double metric) {
    if (monitor == null) {
      throw new ArgumentException(
          Messages.of("CheckpointManager: a value is given, and none is compared")
              .line("value", metric)
              .hint("builder(folder).keepBest(name, mode), or save(state)")
              .text());
    }
    return save(state, OptionalDouble.of(metric));
  }

  synchronized Path save(TrainingState state, OptionalDouble metric) {
    requireOpen();
    pending.await();
    try {
      beginRunIfTaken(state.epoch(), state.batch());
      String runPrefix = CheckpointFiles.prefix(prefix, run);
      String name = CheckpointFiles.name(runPrefix, state.epoch(), state.batch());
      Path file = folder.resolve(name + CheckpointFiles.CKPT);
      Map<String, Object> more = new HashMap<>();
      metric.ifPresent(value -> more.put(METRIC + monitor, value));
      if (asyncSave) {
        CompletableFuture<Path> save = verified(state.saveInBackground(file, more));
        pending.begin(file, save, () -> saved(file, metric));
      } else {
        state.save(file, more);
        Checkpoints.verify(file);
        saved(file, metric);
      }
      return file;
    } catch (IOException e) {
      throw unusable(e);
    }
  }

  private void saved(Path file, OptionalDouble metric) {
    metrics.put(file, metric);
    own.add(file);
    try {
      deleteOld();
    } catch (IOException e) {
      throw unusable(e);
    }
  }

  private static CompletableFuture<Path> verified(CompletableFuture<Path> save) {
    return save.thenApply(
        file -> {
          Checkpoints.verify(file);
          return file;
        });
  }

  /**
   * Waits for a save in the background, after which its file is there and old ones are deleted.
   * Without one it does nothing.
   *
   * @throws CheckpointException if the save has failed, once; older files are untouched then
   */
  public synchronized void await() {
    pending.await();
  }

  /** Throws the error of a save in the background that has ended. */
  synchronized void poll() {
    pending.poll();
  }

  /**
   * Gives what is saved from now on the next prefix, if the present one has files: for a training
   * that does not go on with the one before.
   */
  public synchronized void beginRun() {
    requireOpen();
    pending.settle();
    try {
      List<CheckpointFiles.Named> files = CheckpointFiles.list(folder, prefix);
      if (files.stream().anyMatch(f -> f.run() == run)) {
        run = CheckpointFiles.freeRun(files);
      }
    } catch (IOException e) {
      throw unusable(e);
    }
  }

  /**
   * A whole file that was saved at that step or a later one belongs to another training, unless it
   * is just the one that this manager wrote or gave. Damaged ones are in nobody's way.
   */
  private void beginRunIfTaken(long epoch, long step) throws IOException {
    for (CheckpointFiles.Named f : CheckpointFiles.list(folder, prefix)) {
      boolean same = f.epoch() == epoch && f.step() == step;
      if (f.run() == run
          && !f.breakpoint()
          && !f.isBefore(epoch, step)
          && !(same && (own.contains(f.file()) || handedOut.contains(f.file())))
          && StateFiles.whyNotWhole(f.file()) == null) {
        beginRun();
        return;
      }
    }
  }

  private void deleteOld() throws IOException {
    List<CheckpointFiles.Named> mine = new ArrayList<>();
    for (CheckpointFiles.Named f : CheckpointFiles.list(folder, prefix)) {
      if (f.run() == run && !f.breakpoint()) {
        mine.add(f);
      }
    }
    if (mine.size() <= keepNewest) {
      return;
    }
    Optional<Path> best = ranked(mine).stream().findFirst();
    for (CheckpointFiles.Named f : mine.subList(0, mine.size() - keepNewest)) {
      if (!best.equals(Optional.of(f.file()))) {
        delete(f.file());
      }
    }
  }

  private void delete(Path file) {
    try {
      Files.deleteIfExists(file);
      metrics.remove(file);
    } catch (IOException e) {
      LOG.log(System.Logger.Level.WARNING, "an old checkpoint stays behind: " + file, e);
    }
  }

  // ---- finding ----------------------------------------------------------------------------------

  /** All states of the prefix in the folder, the newest first; they may be damaged. */
  public synchronized List<Path> checkpoints() {
    requireOpen();
    pending.settle();
    try {
      List<Path> files = new ArrayList<>();
      CheckpointFiles.list(folder, prefix).forEach(f -> files.add(f.file()));
      Collections.reverse(files);
      return files;
    } catch (IOException e) {
      throw unusable(e);
    }
  }

  /**
   * The newest state that is whole: read to its end, and with the right check sum. A damaged one is
   * passed over with a warning.
   *
   * @return empty if nothing was saved yet
   * @throws CheckpointException if there are files and none is whole
   */
  public Optional<Path> latest() {
    return firstWhole(checkpoints(), true);
  }

  /**
   * The whole state whose value is the best in the training that was begun last; empty if none has
   * a value.
   */
  public synchronized Optional<Path> best() {
    requireOpen();
    pending.settle();
    try {
      List<CheckpointFiles.Named> mine =
          CheckpointFiles.list(folder, prefix).stream().filter(f -> f.run() == run).toList();
      return firstWhole(ranked(mine), false);
    } catch (IOException e) {
      throw unusable(e);
    }
  }

  private synchronized Optional<Path> firstWhole(List<Path> files, boolean required) {
    List<String> reasons = new ArrayList<>();
    for (Path file : files) {
      String reason = StateFiles.whyNotWhole(file);
      if (reason == null) {
        handedOut.add(file);
        return Optional.of(file);
      }
      LOG.log(
          System.Logger.Level.WARNING, "CheckpointManager: {0} is passed over: {1}", file, reason);
      reasons.add(reason);
    }
    if (required && !files.isEmpty()) {
      throw new CheckpointException(
          Messages.of("CheckpointManager: there are checkpoints, and none is whole")
              .line("folder", folder)
              .line("files ", files.size())
              .line("newest", reasons.get(0).lines().findFirst().orElse(""))
              .hint("restore a copy, or move the files away to begin anew")
              .text());
    }
    return Optional.empty();
  }

  /** Files that have a value, the best first; of equal ones the older. */
  private List<Path> ranked(List<CheckpointFiles.Named> files) {
    Map<Path, Double> values = new HashMap<>();
    List<Path> ranked = new ArrayList<>();
    for (CheckpointFiles.Named f : files) {
      OptionalDouble value = metric(f.file());
      if (value.isPresent() && !Double.isNaN(value.getAsDouble())) {
        values.put(f.file(), smaller ? value.getAsDouble() : -value.getAsDouble());
        ranked.add(f.file());
      }
    }
    ranked.sort(Comparator.comparingDouble(file -> values.getOrDefault(file, 0.0)));
    return ranked;
  }

  private OptionalDouble metric(Path file) {
    return monitor == null
        ? OptionalDouble.empty()
        : metrics.computeIfAbsent(file, f -> StateFiles.number(f, METRIC + monitor));
  }

  // ---- callbacks --------------------------------------------------------------------------------

  /**
   * Saves the state of a training after every so many steps, and at its end.
   *
   * @param steps at least 1
   */
  public Callback everySteps(int steps) {
    if (steps < 1) {
      throw new ArgumentException(
          "CheckpointManager: everySteps takes at least 1 step, got " + steps);
    }
    return new ManagedCheckpoint(this, steps);
  }

  /** Saves the state of a training after every epoch and its evaluation, and at its end. */
  public Callback everyEpoch() {
    return new ManagedCheckpoint(this, 0);
  }

  /** Whether a training that was resumed from that file goes on with the last one here. */
  synchronized boolean gave(Path file) {
    return handedOut.contains(file);
  }

  @Nullable String monitor() {
    return monitor;
  }

  private CheckpointException unusable(IOException e) {
    return new CheckpointException(
        Messages.of("CheckpointManager: the folder cannot be used")
            .line("folder", folder)
            .line("cause ", e.getClass().getSimpleName() + ": " + e.getMessage())
            .hint("check its rights and the disk")
            .text(),
        e);
  }

  private void requireOpen() {
    if (closed) {
      throw new CheckpointException(
          Messages.of("CheckpointManager: it was closed")
              .line("folder", folder)
              .hint("close it after the training")
              .text());
    }
  }

  /**
   * Waits for a save in the background and gives the folder back. A second call does nothing.
   *
   * @throws CheckpointException if that save has failed
   */
  @Override
  public synchronized void close() {
    pending.settle();
    closed = true;
    try {
      lock.close();
    } catch (IOException e) {
      throw unusable(e);
    }
    pending.await();
  }

  /** The options of a manager. */
  public static final class Builder {
    private final Path folder;
    private String prefix = "CKP";
    private int keepNewest = 5;
    private @Nullable String monitor;
    private EarlyStopping.Mode mode = EarlyStopping.Mode.AUTO;
    private boolean removeLeftovers;
    private boolean asyncSave;

    private Builder(Path folder) {
      this.folder = folder;
    }

    /** How names of files begin, no path; {@code CKP} by default. */
    public Builder prefix(String prefix) {
      this.prefix = CheckpointFiles.checkedPrefix("CheckpointManager", prefix);
      return this;
    }

    /** How many of a training's newest states are kept, at least 1; 5 by default. */
    public Builder keepNewest(int files) {
      if (files < 1) {
        throw new ArgumentException(
            "CheckpointManager: at least 1 state is kept, got keepNewest(" + files + ")");
      }
      keepNewest = files;
      return this;
    }

    /**
     * Also keeps the best state by a value, which is better when smaller if its name is that of a
     * loss or an error, as for {@link EarlyStopping}.
     *
     * @param monitor {@code "loss"}, the loss of a step, or the name of a metric of an evaluation
     */
    public Builder keepBest(String monitor) {
      return keepBest(monitor, EarlyStopping.Mode.AUTO);
    }

    /** Also keeps the best state by a value that is better when it is smaller, or larger. */
    public Builder keepBest(String monitor, EarlyStopping.Mode mode) {
      this.monitor = monitor;
      this.mode = mode;
      return this;
    }

    /**
     * Whether the program goes on while a state is written and read again; false by default. One
     * save runs at a time: the next one waits for it, as do {@link CheckpointManager#await}, {@link
     * CheckpointManager#close} and whatever looks for files. An error comes out of the next save,
     * of {@link CheckpointManager#await} or of {@link CheckpointManager#close}; with {@code Model},
     * at the next step. Old files are deleted when the new one is there and was read.
     */
    public Builder asyncSave(boolean asyncSave) {
      this.asyncSave = asyncSave;
      return this;
    }

    /** Whether unfinished files of killed processes are deleted at once; false by default. */
    public Builder removeLeftovers(boolean remove) {
      removeLeftovers = remove;
      return this;
    }

    /**
     * The manager, which has the folder for itself until it is closed.
     *
     * @throws CheckpointException if the folder cannot be used, or has a manager already
     */
    public CheckpointManager build() {
      try {
        return new CheckpointManager(this);
      } catch (IOException e) {
        throw new CheckpointException(
            Messages.of("CheckpointManager: the folder cannot be used")
                .line("folder", folder)
                .line("cause ", e.getClass().getSimpleName() + ": " + e.getMessage())
                .hint("name a folder that can be made and written to")
                .text(),
            e);
      }
    }
  }
}
