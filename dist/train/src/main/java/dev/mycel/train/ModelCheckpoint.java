package dev.mycel.train;

import dev.mycel.checkpoint.CheckpointException;
import dev.mycel.checkpoint.Checkpoints;
import dev.mycel.nn.Cell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Saves checkpoints while a model is trained, and at its end: {@code <prefix>-<epoch>_<step in the
 * epoch>.ckpt}. Files of earlier trainings with that prefix are left alone: the prefix becomes
 * {@code <prefix>_1}, {@code <prefix>_2} and so on.
 *
 * <p>Network and optimiser are saved unless the configuration names another cell. Every file is
 * whole: it is written under another name and then renamed, and old files are only deleted after
 * that.
 */
public final class ModelCheckpoint extends Callback {
  private static final System.Logger LOG = System.getLogger("dev.mycel.train");
  private static final String OP = "ModelCheckpoint";
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  /** A file and when it was written. */
  private record Saved(Path file, long nanos) {}

  private final String givenPrefix;
  private final Path directory;
  private final CheckpointConfig config;
  private final LongSupplier clock;

  private String prefix;
  private final Deque<Saved> files = new ArrayDeque<>();
  private long lastStep;
  private long lastSave;
  private @Nullable Path latest;
  private final PendingSave pending = new PendingSave(OP);

  /** Saves after every step into that folder, and keeps five files. */
  public ModelCheckpoint(Path directory) {
    this("CKP", directory, CheckpointConfig.defaults());
  }

  /** Saves as configured. */
  public ModelCheckpoint(Path directory, CheckpointConfig config) {
    this("CKP", directory, config);
  }

  /**
   * Saves as configured.
   *
   * @param prefix how names of files begin; no path
   * @param directory is made when training begins, if it is not there
   */
  public ModelCheckpoint(String prefix, Path directory, CheckpointConfig config) {
    this(prefix, directory, config, System::nanoTime);
  }

  ModelCheckpoint(String prefix, Path directory, CheckpointConfig config, LongSupplier clock) {
    this.givenPrefix = CheckpointFiles.checkedPrefix(OP, prefix);
    this.prefix = prefix;
    this.directory = directory;
    this.config = config;
    this.clock = clock;
  }

  /** The file that was saved last and is there; empty before the first. */
  public Optional<Path> latestCkptFileName() {
    return Optional.ofNullable(latest);
  }

  @Override
  public void onTrainBegin(RunContext context) {
    try {
      Files.createDirectories(directory);
      prefix = CheckpointFiles.freePrefix(directory, givenPrefix);
    } catch (IOException e) {
      throw new CheckpointException(
          "ModelCheckpoint: the folder " + directory + " cannot be used", e);
    }
    files.clear();
    lastStep = context.originalArgs().curStepNum();
    lastSave = clock.getAsLong();
  }

  @Override
  public void onTrainStepEnd(RunContext context) {
    if (!config.trainingState) {
      saveIfDue(context.originalArgs());
    }
  }

  /** A state holds those of the other callbacks, too, which have seen the step by now. */
  @Override
  void settled(RunContext context, boolean epochEnded) {
    if (config.trainingState && !epochEnded) {
      saveIfDue(context.originalArgs());
    }
  }

  private void saveIfDue(InternalCallbackParam args) {
    pending.poll();
    boolean due =
        config.saveSteps > 0
            ? args.curStepNum() >= lastStep + config.saveSteps
            : config.saveSeconds > 0
                && clock.getAsLong() - lastSave > config.saveSeconds * NANOS_PER_SECOND;
    if (due) {
      save(args, "");
    }
  }

  @Override
  public void onTrainEnd(RunContext context) {
    InternalCallbackParam args = context.originalArgs();
    if (args.curStepNum() != lastStep) {
      save(args, "");
    }
    pending.await();
  }

  @Override
  public void failed(RunContext context, Throwable cause) {
    try {
      pending.await();
    } catch (CheckpointException e) {
      cause.addSuppressed(e);
    }
    InternalCallbackParam args = context.originalArgs();
    if (config.exceptionSave && args.training && args.curStepNum() > 0) {
      save(args, CheckpointFiles.BREAKPOINT);
    }
  }

  private void save(InternalCallbackParam args, String suffix) {
    pending.await();
    String name = CheckpointFiles.name(prefix, args.curEpochNum(), args.curStepInEpoch());
    Path file = directory.resolve(name + suffix + config.ending());
    Map<String, Object> more = new LinkedHashMap<>();
    if (config.appendEpochNum) {
      more.put("epoch_num", args.curEpochNum());
    }
    if (config.appendStepNum) {
      more.put("step_num", args.curStepNum());
    }
    more.putAll(config.append);
    boolean breakpoint = !suffix.isEmpty();
    if (config.asyncSave && !breakpoint) {
      pending.begin(file, saveInBackground(args, file, more), () -> saved(file, false));
    } else {
      saveNow(args, file, more);
      saved(file, breakpoint);
    }
    lastStep = args.curStepNum();
    lastSave = clock.getAsLong();
  }

  private void saveNow(InternalCallbackParam args, Path file, Map<String, Object> more) {
    if (config.trainingState) {
      args.trainingState().save(file, entries(more));
    } else if (config.safetensors) {
      Map<String, Object> all = new LinkedHashMap<>(cell(args).variablesDict());
      all.putAll(more);
      Checkpoints.saveSafetensors(all, file);
    } else {
      Checkpoints.saveCheckpoint(cell(args), file, config.saveOptions(more));
    }
  }

  private CompletableFuture<Path> saveInBackground(
      InternalCallbackParam args, Path file, Map<String, Object> more) {
    return config.trainingState
        ? args.trainingState().saveInBackground(file, entries(more))
        : Checkpoints.saveCheckpointAsync(cell(args), file, config.saveOptions(more));
  }

  private Cell<?, ?> cell(InternalCallbackParam args) {
    return config.savedNetwork == null ? args.trainNetwork() : config.savedNetwork;
  }

  private static Map<String, Object> entries(Map<String, Object> more) {
    Map<String, Object> entries = new LinkedHashMap<>();
    StateEntries.kept(OP, more)
        .forEach((name, kept) -> entries.put(StateEntries.ENTRY + name, kept));
    return entries;
  }

  /** Old files go when the new one is there, and not before. */
  private void saved(Path file, boolean breakpoint) {
    latest = file;
    if (!breakpoint) {
      long now = clock.getAsLong();
      deleteOld(now);
      files.addLast(new Saved(file, now));
    }
  }

  /** What stands before the file that was just written. */
  private void deleteOld(long now) {
    if (config.keepMax > 0) {
      while (files.size() >= config.keepMax) {
        delete(files.removeFirst());
      }
      return;
    }
    // The first file of the last minutes stays for them, the others have been the newest.
    long window = config.keepPerMinutes * 60L * NANOS_PER_SECOND;
    List<Saved> recent = new ArrayList<>();
    for (Saved saved : files) {
      if (now - saved.nanos() < window) {
        recent.add(saved);
      }
    }
    for (int i = 1; i < recent.size(); i++) {
      files.remove(recent.get(i));
      delete(recent.get(i));
    }
  }

  private static void delete(Saved saved) {
    try {
      Files.deleteIfExists(saved.file());
    } catch (IOException e) {
      LOG.log(System.Logger.Level.WARNING, "an old checkpoint stays behind: " + saved.file(), e);
    }
  }
}
