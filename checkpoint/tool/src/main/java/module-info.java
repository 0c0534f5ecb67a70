/** The command line tool for checkpoints. */
module dev.mycel.checkpoint.tool {
  requires dev.mycel.checkpoint;
  requires com.google.gson;
  requires info.picocli;
  requires static org.jspecify;

  exports dev.mycel.checkpoint.tool;

  opens dev.mycel.checkpoint.tool to
      info.picocli;
}
