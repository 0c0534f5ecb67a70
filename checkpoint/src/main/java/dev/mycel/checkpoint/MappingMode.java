package dev.mycel.checkpoint;

/**
 * What a load through a {@link dev.mycel.checkpoint.names.NameMap} does when the two sides do not
 * meet. Shapes must be equal in every mode; floats and signed integers of another width are cast.
 */
public enum MappingMode {
  /** Every parameter needs an entry and every entry a parameter; anything else is an error. */
  STRICT,
  /**
   * Parameters without an entry keep their values, and entries without a parameter are left. What
   * has an entry that does not fit is still an error: drop that entry by a rule.
   */
  LENIENT,
  /** Nothing is loaded and nothing is an error: the report says what a load would do. */
  DRY_RUN
}
