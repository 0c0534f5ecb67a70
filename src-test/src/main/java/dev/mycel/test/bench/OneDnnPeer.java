package dev.mycel.test.bench;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu;
import static org.bytedeco.dnnl.global.dnnl.dnnl_engine_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_f32;
import static org.bytedeco.dnnl.global.dnnl.dnnl_matmul_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_create_with_strides;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_execute;
import static org.bytedeco.dnnl.global.dnnl.dnnl_stream_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_stream_default_flags;

import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.javacpp.FloatPointer;

/** Square matrix products by oneDNN itself, with nothing of ours around them. */
final class OneDnnPeer {
  private OneDnnPeer() {}

  static Timer.Result measure(String workload, int samples) {
    String prefix = "op-matmul-";
    if (!workload.matches(prefix + "\\d+")) {
      throw new IllegalArgumentException(
          "the peer onednn has square matrix products only, not " + workload);
    }
    return Timer.measure(product(Long.parseLong(workload.substring(prefix.length()))), samples);
  }

  private static Runnable product(long n) {
    dnnl_engine engine = new dnnl_engine();
    check(dnnl_engine_create(engine, dnnl_cpu, 0));
    dnnl_stream stream = new dnnl_stream();
    check(dnnl_stream_create(stream, engine, dnnl_stream_default_flags));
    dnnl_memory_desc square = new dnnl_memory_desc();
    check(
        dnnl_memory_desc_create_with_strides(
            square, 2, new long[] {n, n}, dnnl_f32, new long[] {n, 1}));
    dnnl_primitive_desc described = new dnnl_primitive_desc();
    check(dnnl_matmul_primitive_desc_create(described, engine, square, square, null, square, null));
    dnnl_primitive primitive = new dnnl_primitive();
    check(dnnl_primitive_create(primitive, described));
    dnnl_exec_arg_t args = new dnnl_exec_arg_t(3);
    int[] names = {DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST};
    for (int i = 0; i < names.length; i++) {
      FloatPointer data = new FloatPointer(n * n);
      for (long k = 0; k < n * n; k++) {
        data.put(k, (float) Math.sin(k));
      }
      dnnl_memory memory = new dnnl_memory();
      check(dnnl_memory_create(memory, square, engine, data));
      args.position(i).arg(names[i]).memory(memory);
    }
    args.position(0);
    return () -> check(dnnl_primitive_execute(primitive, stream, names.length, args));
  }

  private static void check(int status) {
    if (status != 0) {
      throw new IllegalStateException("oneDNN answered with status " + status);
    }
  }
}
