package dev.mycel.nd4j;

import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas_nolapack;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOps;
import org.nd4j.nativeblas.NativeOpsHolder;

/** ND4J's native libraries, loaded once, and why not if they cannot be. */
final class Native {
  private static final @Nullable String FAILURE = load();

  private Native() {}

  /** Why ND4J cannot be used, in a sentence; null if it can. */
  static @Nullable String failure() {
    return FAILURE;
  }

  /** ND4J's version as its jar states it. */
  static String version() {
    String known = Nd4j.class.getPackage().getImplementationVersion();
    return known == null ? "(unknown version)" : known;
  }

  /** The functions of ND4J's native library. */
  static NativeOps ops() {
    return NativeOpsHolder.getInstance().getDeviceNativeOps();
  }

  /** Whatever a missing jar, library or chip feature throws becomes a sentence. */
  private static @Nullable String load() {
    ShortWaits.set();
    try {
      if (!Nd4j.getEnvironment().isCPU()) {
        return "ND4J has chosen "
            + Nd4j.getBackend().getClass().getSimpleName()
            + "; this backend needs nd4j-native alone on the class path";
      }
      Loader.load(openblas_nolapack.class);
      return null;
    } catch (LinkageError | RuntimeException e) {
      Throwable cause = e;
      while (cause.getCause() != null) {
        cause = cause.getCause();
      }
      return "ND4J's native library does not load here (" + cause + ")";
    }
  }
}
