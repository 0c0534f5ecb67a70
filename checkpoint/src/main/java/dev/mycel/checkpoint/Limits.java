package dev.mycel.checkpoint;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;

/**
 * What a file may ask for at most; immutable, each method gives a changed copy. The defaults fit
 * every model that is in use, and a file from outside cannot exhaust the memory with them before
 * its contents are loaded. Errors name the method that raises the limit they speak of.
 */
public final class Limits {
  private static final Limits DEFAULTS =
      new Limits(100_000_000, 1_000_000, Long.MAX_VALUE, 64, 1_100);

  final long headerBytes;
  final int entries;
  final long totalBytes;
  final int depth;
  final int unpackRatio;

  private Limits(long headerBytes, int entries, long totalBytes, int depth, int unpackRatio) {
    this.headerBytes = headerBytes;
    this.entries = entries;
    this.totalBytes = totalBytes;
    this.depth = depth;
    this.unpackRatio = unpackRatio;
  }

  /** 100 MB of description, a million entries, any sum of bytes, 64 levels of nesting. */
  public static Limits defaults() {
    return DEFAULTS;
  }

  /** The most bytes of what describes the entries: a header, a pickle, a list of a zip file. */
  public Limits headerBytes(long most) {
    return new Limits(positive("headerBytes", most), entries, totalBytes, depth, unpackRatio);
  }

  /** The most entries, tensors or others. */
  public Limits entries(int most) {
    int checked = (int) positive("entries", most);
    return new Limits(headerBytes, checked, totalBytes, depth, unpackRatio);
  }

  /** The most bytes that all contents may have together once they are unpacked. */
  public Limits totalBytes(long most) {
    return new Limits(headerBytes, entries, positive("totalBytes", most), depth, unpackRatio);
  }

  /** How deep lists and maps may lie in each other. */
  public Limits depth(int most) {
    int checked = (int) positive("depth", most);
    return new Limits(headerBytes, entries, totalBytes, checked, unpackRatio);
  }

  /**
   * How many bytes a byte of compressed content may become at most; 1100 by default, which is more
   * than deflate can reach.
   */
  public Limits unpackRatio(int most) {
    int checked = (int) positive("unpackRatio", most);
    return new Limits(headerBytes, entries, totalBytes, depth, checked);
  }

  private static long positive(String name, long value) {
    if (value < 1) {
      throw new ArgumentException(
          Messages.of("Limits." + name + ": the limit is not positive")
              .line("given   ", value)
              .line("expected", "1 or more")
              .text());
    }
    return value;
  }
}
