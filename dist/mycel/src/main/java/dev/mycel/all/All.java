package dev.mycel.all;

/** Marks the artifact that depends on all others; there is nothing to call. */
public final class All {
  private All() {}
}
