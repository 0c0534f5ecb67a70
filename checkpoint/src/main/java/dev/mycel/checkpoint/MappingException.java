package dev.mycel.checkpoint;

/** A checkpoint does not fit a network; nothing was loaded. */
public final class MappingException extends CheckpointException {
  private static final long serialVersionUID = 1L;

  private final transient MappingReport report;

  MappingException(String message, MappingReport report) {
    super(message);
    this.report = report;
  }

  /** All that was found. */
  public MappingReport report() {
    return report;
  }
}
