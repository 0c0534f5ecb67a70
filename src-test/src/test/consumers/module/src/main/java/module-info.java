/** An application on the module path. */
module consumer.app {
  requires dev.mycel.all;

  exports consumer.app;

  // Cells find their children in private fields.
  opens consumer.app to
      dev.mycel.nn;
}
