/** Layers, losses and initialisers. */
module dev.mycel.nn {
  requires transitive dev.mycel.autograd;
  requires transitive dev.mycel.core;
  requires static transitive org.jspecify;
  requires commons.math3;

  exports dev.mycel.nn;
  exports dev.mycel.nn.amp;
  exports dev.mycel.nn.init;
  exports dev.mycel.nn.layer;
  exports dev.mycel.nn.loss;
}
