package dev.mycel.golden;

/** Runs cases of the kind op. */
final class OpCases {
  private OpCases() {}

  static void run(GoldenCase c, Comparison cmp) {
    c.args("call").finish();
    new Derivation(c).compare(in -> OpTable.run(c.name(), in, c.args()), cmp);
  }
}
