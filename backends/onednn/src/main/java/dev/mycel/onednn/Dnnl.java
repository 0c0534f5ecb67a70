package dev.mycel.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu;
import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu_isa_avx512_core;
import static org.bytedeco.dnnl.global.dnnl.dnnl_engine_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_get_effective_cpu_isa;
import static org.bytedeco.dnnl.global.dnnl.dnnl_matmul_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_desc_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_stream_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_stream_default_flags;
import static org.bytedeco.dnnl.global.dnnl.dnnl_success;
import static org.bytedeco.dnnl.global.dnnl.dnnl_version;

import dev.mycel.core.DType;
import java.lang.ref.Cleaner;
import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.javacpp.Loader;
import org.jspecify.annotations.Nullable;

/**
 * The native library: loaded once, with one engine for the process and one stream for each thread.
 */
final class Dnnl {
  /** Destroys native objects whose Java object is no longer reachable. */
  static final Cleaner CLEANER = Cleaner.create();

  private static final @Nullable String FAILURE = load();
  private static final @Nullable dnnl_engine ENGINE = FAILURE == null ? newEngine() : null;
  private static final ThreadLocal<dnnl_stream> STREAM = ThreadLocal.withInitial(Dnnl::newStream);

  private Dnnl() {}

  /** Why the library cannot be used here, or null. */
  static @Nullable String failure() {
    return FAILURE;
  }

  /** The version of the library, as in {@code 3.11.0}. */
  static String version() {
    var v = dnnl_version();
    return v.major() + "." + v.minor() + "." + v.patch();
  }

  static dnnl_engine engine() {
    dnnl_engine engine = ENGINE;
    if (engine == null) {
      throw new IllegalStateException("oneDNN is not available: " + FAILURE);
    }
    return engine;
  }

  /**
   * Whether the library computes in a half type on this chip: bfloat16 takes AVX-512 (or
   * AVX2-VNNI-2), float16 AVX512-FP16. Without them there are conversions only.
   */
  static boolean computes(DType half) {
    return half == DType.BFLOAT16 ? Halves.BFLOAT16 : Halves.FLOAT16;
  }

  /** Whether the library generates code for AVX-512; for AVX2 it has fewer and other kernels. */
  static boolean hasAvx512() {
    return Isa.AVX512;
  }

  private static final class Isa {
    static final boolean AVX512 = dnnl_get_effective_cpu_isa() >= dnnl_cpu_isa_avx512_core;
  }

  /** Asked once, by describing a product. */
  private static final class Halves {
    static final boolean BFLOAT16 = probe(DType.BFLOAT16);
    static final boolean FLOAT16 = probe(DType.FLOAT16);

    private static boolean probe(DType t) {
      dnnl_memory_desc square = Desc.dense(t, 16, 16).create();
      dnnl_primitive_desc pd = new dnnl_primitive_desc();
      boolean works =
          dnnl_matmul_primitive_desc_create(pd, engine(), square, square, null, square, null)
              == dnnl_success;
      if (works) {
        dnnl_primitive_desc_destroy(pd);
      }
      return works;
    }
  }

  /** This thread's stream, with the number of threads that is in force. */
  static dnnl_stream stream() {
    OmpThreads.apply();
    return STREAM.get();
  }

  static void check(int status, String what) {
    if (status != dnnl_success) {
      throw new IllegalStateException("oneDNN: " + what + " failed with status " + status);
    }
  }

  private static @Nullable String load() {
    try {
      OmpWaiting.shorten();
      JavaCppLimit.lift();
      Loader.load(org.bytedeco.dnnl.global.dnnl.class);
      return null;
    } catch (LinkageError | RuntimeException e) {
      return "its native library does not load on "
          + System.getProperty("os.name")
          + " "
          + System.getProperty("os.arch")
          + ": "
          + e.getMessage();
    }
  }

  private static dnnl_engine newEngine() {
    dnnl_engine engine = new dnnl_engine();
    check(dnnl_engine_create(engine, dnnl_cpu, 0), "creating the engine");
    return engine;
  }

  private static dnnl_stream newStream() {
    dnnl_stream stream = new dnnl_stream();
    check(dnnl_stream_create(stream, engine(), dnnl_stream_default_flags), "creating a stream");
    return stream;
  }
}
