/** The CPU backend on oneDNN. */
module dev.mycel.onednn {
  requires transitive dev.mycel.core;
  requires org.bytedeco.dnnl;
  requires com.sun.jna;
  requires static transitive org.jspecify;

  exports dev.mycel.onednn;

  provides dev.mycel.core.spi.BackendProvider with
      dev.mycel.onednn.OneDnnProvider;
}
