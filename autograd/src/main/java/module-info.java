/** Reverse-mode gradients on a tape. */
module dev.mycel.autograd {
  requires transitive dev.mycel.core;
  requires static transitive org.jspecify;

  exports dev.mycel.autograd;

  uses dev.mycel.autograd.VjpProvider;

  provides dev.mycel.autograd.VjpProvider with
      dev.mycel.autograd.rules.BuiltinRows;
}
