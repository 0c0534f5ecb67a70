package dev.mycel.checkpoint;

import java.util.function.Predicate;

/** How a checkpoint is read; immutable, each method gives a changed copy. */
public final class LoadOptions {
  private static final LoadOptions DEFAULTS = new LoadOptions(true, name -> true);

  final boolean verifyCrc;
  final Predicate<String> choice;

  private LoadOptions(boolean verifyCrc, Predicate<String> choice) {
    this.verifyCrc = verifyCrc;
    this.choice = choice;
  }

  /** Every entry; a check sum is verified if the file has one. */
  public static LoadOptions defaults() {
    return DEFAULTS;
  }

  /** Whether a check sum is verified, which takes one more pass over the file; true by default. */
  public LoadOptions verifyCrc(boolean verifyCrc) {
    return new LoadOptions(verifyCrc, choice);
  }

  /** Reads only entries whose name passes: others may even have types that do not exist here. */
  public LoadOptions choose(Predicate<String> choice) {
    return new LoadOptions(verifyCrc, choice);
  }
}
