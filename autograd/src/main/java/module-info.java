/** Gradients on a tape, derivatives along directions, and functions over slices. */
module dev.mycel.autograd {
  requires transitive dev.mycel.core;
  requires static transitive org.jspecify;

  exports dev.mycel.autograd;

  uses dev.mycel.autograd.VjpProvider;

  provides dev.mycel.autograd.VjpProvider with
      dev.mycel.autograd.rules.BuiltinRows;
}
