package dev.mycel.checkpoint;

/** Counts the entries of a file against {@link Limits}. */
final class LimitCheck {
  private final Limits limits;
  private final Problems problems;
  private int entries;
  private long bytes;

  LimitCheck(Limits limits, Problems problems) {
    this.limits = limits;
    this.problems = problems;
  }

  /** One more entry, whose content has that many bytes once it is unpacked. */
  void add(String name, long offset, long more) {
    entries++;
    if (entries > limits.entries) {
      throw problems.entry(
          name,
          offset,
          "the file has more than " + limits.entries + " entries",
          "if it shall have so many, raise Limits.entries");
    }
    if (more > limits.totalBytes - bytes) {
      throw problems.entry(
          name,
          offset,
          "the contents have more than " + limits.totalBytes + " bytes together",
          "if they shall have so many, raise Limits.totalBytes");
    }
    bytes += more;
  }
}
