/** Training loops, callbacks and metrics. */
module dev.mycel.train {
  requires transitive dev.mycel.checkpoint;
  requires transitive dev.mycel.optim;
  requires static transitive org.jspecify;

  exports dev.mycel.train;
  exports dev.mycel.train.metrics;
}
