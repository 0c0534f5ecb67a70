/** Optimisers and learning-rate schedules. */
module dev.mycel.optim {
  requires transitive dev.mycel.nn;
  requires static transitive org.jspecify;

  exports dev.mycel.optim;
  exports dev.mycel.optim.amp;
  exports dev.mycel.optim.schedule;

  // Cells find their parameters in their fields.
  opens dev.mycel.optim to
      dev.mycel.nn;
  opens dev.mycel.optim.amp to
      dev.mycel.nn;
}
