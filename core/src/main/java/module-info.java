/** Tensors, primitives, devices and the backend service interface. */
module dev.mycel.core {
  requires static transitive org.jspecify;

  exports dev.mycel.core;
  exports dev.mycel.core.spi;

  uses dev.mycel.core.RootInterpreter;
  uses dev.mycel.core.spi.BackendProvider;

  provides dev.mycel.core.RootInterpreter with
      dev.mycel.core.internal.Eager;
}
