/** The whole library and its CPU backends, as one module to require. */
module dev.mycel.all {
  requires transitive dev.mycel.autograd;
  requires transitive dev.mycel.checkpoint;
  requires transitive dev.mycel.core;
  requires transitive dev.mycel.nn;
  requires transitive dev.mycel.onednn;
  requires transitive dev.mycel.optim;
  requires transitive dev.mycel.reference;
  requires transitive dev.mycel.train;
  requires static org.jspecify;

  exports dev.mycel.all;
}
