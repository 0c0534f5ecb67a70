/** Small complete programs that use the library. */
module dev.mycel.examples {
  requires dev.mycel.all;
  requires static org.jspecify;
}
