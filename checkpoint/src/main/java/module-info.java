/** Saves and restores models and optimiser states. */
module dev.mycel.checkpoint {
  requires transitive dev.mycel.nn;
  requires com.google.gson;
  requires com.google.protobuf;
  requires re2j;
  requires static transitive org.jspecify;

  exports dev.mycel.checkpoint;
  exports dev.mycel.checkpoint.names;
}
