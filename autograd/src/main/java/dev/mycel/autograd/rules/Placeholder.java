package dev.mycel.autograd.rules;

/** Keeps the package from being empty; delete it with the first real class. */
public final class Placeholder {
  private Placeholder() {}
}
