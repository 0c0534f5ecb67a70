/** Assertions about gradients, memory and learning, and an extension for JUnit 5. */
module dev.mycel.junit {
  requires transitive dev.mycel.optim;
  requires transitive org.junit.jupiter.api;
  requires dev.mycel.checkpoint;
  requires static transitive org.jspecify;

  exports dev.mycel.junit;

  // JUnit makes the extension.
  opens dev.mycel.junit to
      org.junit.platform.commons;
}
