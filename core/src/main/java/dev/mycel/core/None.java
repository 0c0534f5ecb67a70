package dev.mycel.core;

/** Attributes of a primitive that has none. */
public record None() {
  /** The only value. */
  public static final None NONE = new None();
}
