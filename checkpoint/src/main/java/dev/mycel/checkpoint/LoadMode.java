package dev.mycel.checkpoint;

/** How far what is loaded may differ from the network. In each mode a refusal changes nothing. */
public enum LoadMode {
  /**
   * As MindSpore loads: names that are missing are tried with a prefix that entries have, floats
   * and signed integers of another width are cast, and names without a counterpart are reported.
   */
  LENIENT,
  /** MindSpore's {@code strict_load}: no prefixes, no casts; names are still only reported. */
  STRICT,
  /** No prefixes and no casts, and every name must have its counterpart on both sides. */
  EXACT
}
