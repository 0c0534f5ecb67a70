package dev.mycel.train;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import dev.mycel.nn.Cell;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * When a {@link ModelCheckpoint} saves, what, and how many files it keeps. By default it saves
 * after every step and keeps five files.
 *
 * <p>Steps win over seconds, and a number of files over minutes.
 */
public final class CheckpointConfig {
  final int saveSteps;
  final int saveSeconds;
  final int keepMax;
  final int keepPerMinutes;
  final @Nullable Cell<?, ?> savedNetwork;
  final boolean appendEpochNum;
  final boolean appendStepNum;
  final Map<String, Object> append;
  final boolean crcCheck;
  final boolean exceptionSave;
  final boolean trainingState;

  private CheckpointConfig(Builder b) {
    saveSteps = b.saveSteps;
    saveSeconds = b.saveSteps > 0 ? 0 : b.saveSeconds;
    keepPerMinutes = b.keepMax > 0 ? 0 : b.keepPerMinutes;
    keepMax = b.keepMax == 0 && keepPerMinutes == 0 ? 1 : b.keepMax;
    savedNetwork = b.savedNetwork;
    appendEpochNum = b.appendEpochNum;
    appendStepNum = b.appendStepNum;
    append = Collections.unmodifiableMap(new LinkedHashMap<>(b.append));
    crcCheck = b.crcCheck;
    exceptionSave = b.exceptionSave;
    trainingState = b.trainingState;
  }

  /** The defaults. */
  public static CheckpointConfig defaults() {
    return builder().build();
  }

  /** Begins a configuration. */
  public static Builder builder() {
    return new Builder();
  }

  /** The options; unset ones have MindSpore's defaults. */
  public static final class Builder {
    private int saveSteps = 1;
    private int saveSeconds;
    private int keepMax = 5;
    private int keepPerMinutes;
    private @Nullable Cell<?, ?> savedNetwork;
    private boolean appendEpochNum;
    private boolean appendStepNum;
    private Map<String, ?> append = Map.of();
    private boolean crcCheck;
    private boolean exceptionSave;
    private boolean trainingState;

    private Builder() {}

    private static int checked(String name, int value) {
      if (value < 0) {
        throw new ArgumentException(
            "CheckpointConfig: " + name + " must not be negative, got " + value);
      }
      return value;
    }

    /** Steps from one save to the next; 1 by default, 0 to go by seconds. */
    public Builder saveCheckpointSteps(int steps) {
      saveSteps = checked("saveCheckpointSteps", steps);
      return this;
    }

    /** Seconds from one save to the next, if steps are 0; 0 saves at the end of training only. */
    public Builder saveCheckpointSeconds(int seconds) {
      saveSeconds = checked("saveCheckpointSeconds", seconds);
      return this;
    }

    /** How many files of a training are kept, the newest; 5 by default, 0 to go by minutes. */
    public Builder keepCheckpointMax(int files) {
      keepMax = checked("keepCheckpointMax", files);
      return this;
    }

    /** Keeps about one file for that many minutes, if the number of files is 0, and the newest. */
    public Builder keepCheckpointPerNMinutes(int minutes) {
      keepPerMinutes = checked("keepCheckpointPerNMinutes", minutes);
      return this;
    }

    /** What is saved in place of the network with its optimiser. */
    public Builder savedNetwork(Cell<?, ?> network) {
      savedNetwork = network;
      return this;
    }

    /** Appends the number of the epoch as {@code epoch_num}. */
    public Builder appendEpochNum() {
      appendEpochNum = true;
      return this;
    }

    /** Appends the number of the step as {@code step_num}. */
    public Builder appendStepNum() {
      appendStepNum = true;
      return this;
    }

    /** Appends entries; see {@code SaveOptions.append}. */
    public Builder append(Map<String, ?> entries) {
      append = entries;
      return this;
    }

    /** Whether files end in a check sum; false by default. */
    public Builder crcCheck(boolean crcCheck) {
      this.crcCheck = crcCheck;
      return this;
    }

    /**
     * Whether a training that fails leaves a file {@code ..._breakpoint.ckpt}; false by default.
     */
    public Builder exceptionSave(boolean exceptionSave) {
      this.exceptionSave = exceptionSave;
      return this;
    }

    /**
     * Whether files are {@link TrainingState}s, from which a training can be resumed: with random
     * numbers, the place in the data, loss scale and callbacks' states beside network and
     * optimiser, and always with a check sum. What is appended becomes entries of the state. False
     * by default.
     */
    public Builder trainingState(boolean trainingState) {
      this.trainingState = trainingState;
      return this;
    }

    /** The configuration; an error if steps, seconds, files and minutes are all 0. */
    public CheckpointConfig build() {
      if (saveSteps == 0 && saveSeconds == 0 && keepMax == 0 && keepPerMinutes == 0) {
        throw new ArgumentException(
            Messages.of("CheckpointConfig: steps, seconds, files and minutes are all 0")
                .hint("saveCheckpointSteps(1) saves after every step")
                .text());
      }
      if (trainingState && savedNetwork != null) {
        throw new ArgumentException(
            Messages.of("CheckpointConfig: a training state is that of the whole training")
                .line("savedNetwork", savedNetwork.clsName())
                .hint("leave savedNetwork out, or save it by a second ModelCheckpoint")
                .text());
      }
      return new CheckpointConfig(this);
    }
  }
}
