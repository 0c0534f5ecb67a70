/** The plain-Java backend. */
module dev.mycel.reference {
  requires transitive dev.mycel.core;
  requires static transitive org.jspecify;

  exports dev.mycel.reference;

  provides dev.mycel.core.spi.BackendProvider with
      dev.mycel.reference.ReferenceProvider;
}
