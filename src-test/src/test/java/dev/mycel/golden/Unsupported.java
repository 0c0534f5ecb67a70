package dev.mycel.golden;

/** A case that asks for something the library does not have: neither passed nor failed. */
final class Unsupported extends RuntimeException {
  private static final long serialVersionUID = 1;

  Unsupported(String what) {
    super(what);
  }
}
