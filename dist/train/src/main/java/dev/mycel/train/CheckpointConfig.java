package dev.mycel.train;

import dev.mycel.checkpoint.Encryption;
import dev.mycel.checkpoint.SaveOptions;
import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import dev.mycel.nn.Cell;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * When a {@link ModelCheckpoint} saves, what, and how many files it keeps. By default it saves
 * after every step and keeps five files.
 *
 * <p>Steps win over seconds, and a number of files over minutes. Every option of MindSpore's is
 * here; what cannot be done is refused by its name.
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
  final boolean exceptionSave;
  final boolean trainingState;
  final boolean asyncSave;
  final boolean safetensors;
  private final SaveOptions saveOptions;

  private CheckpointConfig(Builder b) {
    saveSteps = b.saveSteps;
    saveSeconds = b.saveSteps > 0 ? 0 : b.saveSeconds;
    keepPerMinutes = b.keepMax > 0 ? 0 : b.keepPerMinutes;
    keepMax = b.keepMax == 0 && keepPerMinutes == 0 ? 1 : b.keepMax;
    savedNetwork = b.savedNetwork;
    appendEpochNum = b.appendEpochNum;
    appendStepNum = b.appendStepNum;
    append = Collections.unmodifiableMap(new LinkedHashMap<>(b.append));
    exceptionSave = b.exceptionSave;
    trainingState = b.trainingState;
    asyncSave = b.asyncSave;
    safetensors = b.safetensors;
    SaveOptions options = SaveOptions.defaults().crcCheck(b.crcCheck);
    saveOptions = b.encryption == null ? options : options.encrypt(b.encryption);
  }

  /** How a file is written that holds those entries beside the network. */
  SaveOptions saveOptions(Map<String, Object> more) {
    return saveOptions.append(more);
  }

  /** What names of files end in. */
  String ending() {
    return safetensors ? CheckpointFiles.SAFETENSORS : CheckpointFiles.CKPT;
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
    private boolean asyncSave;
    private boolean safetensors;
    private @Nullable Encryption encryption;

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

    /**
     * MindSpore's {@code append_info}: {@code "epoch_num"}, {@code "step_num"}, and at most one map
     * of entries. {@code "random_op"} is refused: {@link #trainingState} keeps random numbers.
     */
    public Builder appendInfo(Object... info) {
      boolean map = false;
      for (Object each : info) {
        if (each instanceof Map<?, ?> entries && !map) {
          map = true;
          Map<String, Object> named = new LinkedHashMap<>();
          entries.forEach((name, value) -> named.put(String.valueOf(name), value));
          append(named);
        } else if ("epoch_num".equals(each)) {
          appendEpochNum();
        } else if ("step_num".equals(each)) {
          appendStepNum();
        } else if ("random_op".equals(each)) {
          throw unsupported(
              "appendInfo(\"random_op\")",
              "it is a snapshot of MindSpore's graph mode",
              "trainingState(true) keeps all random numbers");
        } else {
          throw new ArgumentException(
              Messages.of(
                      "CheckpointConfig: appendInfo takes \"epoch_num\", \"step_num\" and one map")
                  .line("given", each instanceof Map ? "a second map" : each)
                  .text());
        }
      }
      return this;
    }

    /**
     * Whether the training goes on while a file is written; false by default. Files have the values
     * of the moment when they were due. One save runs at a time: the next one waits for it, as does
     * the end of the training. If a save fails, the training fails at its next step or at its end.
     * Old files are deleted when the new one is there.
     */
    public Builder asyncSave(boolean asyncSave) {
      this.asyncSave = asyncSave;
      return this;
    }

    /** The same by MindSpore's names: {@code thread}; {@code process} is refused. */
    public Builder asyncSave(String how) {
      if (how.equals("process")) {
        throw unsupported(
            "asyncSave(\"process\")",
            "a JVM cannot fork",
            "asyncSave(\"thread\") saves beside the training");
      }
      if (!how.equals("thread")) {
        throw new ArgumentException(
            Messages.of("CheckpointConfig: there is no way to save in the background of this name")
                .line("given   ", "'" + how + "'")
                .line("expected", "thread")
                .text());
      }
      return asyncSave(true);
    }

    /**
     * Encrypts the files; MindSpore's {@code enc_key} and {@code enc_mode}. A file is encrypted, or
     * has a check sum, or is a training state.
     */
    public Builder encrypt(Encryption encryption) {
      this.encryption = Objects.requireNonNull(encryption);
      return this;
    }

    /**
     * The format of the files: {@code ckpt}, the default, or {@code safetensors}, which is written
     * at once, not encrypted, and without a check sum.
     */
    public Builder format(String format) {
      if (!format.equals("ckpt") && !format.equals("safetensors")) {
        throw new ArgumentException(
            Messages.of("CheckpointConfig: there is no format of this name")
                .line("given   ", "'" + format + "'")
                .line("expected", "ckpt or safetensors")
                .text());
      }
      safetensors = format.equals("safetensors");
      return this;
    }

    /**
     * MindSpore's {@code integrated_save}: whether tensors that are split between devices are put
     * together. None is split here, so the files are the same.
     */
    public Builder integratedSave(boolean integratedSave) {
      return this;
    }

    /** MindSpore's {@code remove_redundancy}; true is refused. */
    public Builder removeRedundancy(boolean removeRedundancy) {
      if (removeRedundancy) {
        throw unsupported(
            "removeRedundancy(true)",
            "it leaves out what other devices of a parallel training save",
            "leave it out: a training runs on one device");
      }
      return this;
    }

    /** MindSpore's {@code map_param_inc}; true is refused. */
    public Builder mapParamInc(boolean mapParamInc) {
      if (mapParamInc) {
        throw unsupported(
            "mapParamInc(true)",
            "it is about MapParameter, which does not exist here",
            "leave it out: files are always complete");
      }
      return this;
    }

    private static ArgumentException unsupported(String what, String why, String hint) {
      return new ArgumentException(
          Messages.of("CheckpointConfig: " + what + " is not supported")
              .line("reason", why)
              .hint(hint)
              .text());
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
      if (trainingState && encryption != null) {
        throw new ArgumentException(
            Messages.of("CheckpointConfig: a training state is not encrypted")
                .line("encrypt", encryption)
                .hint("leave one of them out; a second ModelCheckpoint may save encrypted weights")
                .text());
      }
      if (safetensors) {
        checkSafetensors();
      }
      return new CheckpointConfig(this);
    }

    /** As in MindSpore, this format has none of the others' options. */
    private void checkSafetensors() {
      String other =
          trainingState
              ? "trainingState(true)"
              : asyncSave
                  ? "asyncSave(true)"
                  : encryption != null ? "encrypt(...)" : crcCheck ? "crcCheck(true)" : "";
      if (!other.isEmpty()) {
        throw unsupported(
            other + " with the format safetensors",
            "it needs MindSpore's format",
            "format(\"ckpt\"), or leave the option out");
      }
    }
  }
}
