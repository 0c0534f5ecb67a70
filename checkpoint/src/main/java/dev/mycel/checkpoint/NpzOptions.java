package dev.mycel.checkpoint;

import java.util.function.Predicate;

/** How archives of NumPy are written; immutable, each method gives a changed copy. */
public final class NpzOptions {
  private static final NpzOptions DEFAULTS = new NpzOptions(false, false, name -> true);

  final boolean compressed;
  final boolean widenBfloat16;
  final Predicate<String> choice;

  private NpzOptions(boolean compressed, boolean widenBfloat16, Predicate<String> choice) {
    this.compressed = compressed;
    this.widenBfloat16 = widenBfloat16;
    this.choice = choice;
  }

  /** Everything, not compressed, as {@code np.savez} writes. */
  public static NpzOptions defaults() {
    return DEFAULTS;
  }

  /**
   * Whether arrays are deflated, as {@code np.savez_compressed} does; trained weights become hardly
   * smaller and take long.
   */
  public NpzOptions compressed(boolean compressed) {
    return new NpzOptions(compressed, widenBfloat16, choice);
  }

  /**
   * Whether bfloat16 is written as float32, which has each of its values; false by default. NumPy
   * alone does not know bfloat16: {@code ml_dtypes} does, see {@link Checkpoints#saveNpy}.
   */
  public NpzOptions widenBfloat16(boolean widenBfloat16) {
    return new NpzOptions(compressed, widenBfloat16, choice);
  }

  /** Writes only the tensors whose name passes. */
  public NpzOptions choose(Predicate<String> choice) {
    return new NpzOptions(compressed, widenBfloat16, choice);
  }
}
