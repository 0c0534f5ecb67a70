package dev.mycel.onednn;

import static org.bytedeco.dnnl.global.dnnl.*;

import dev.mycel.core.Attrs;
import dev.mycel.core.Layout;
import dev.mycel.core.Primitive;
import dev.mycel.core.Prims;
import dev.mycel.core.spi.Access;
import dev.mycel.core.spi.Buffer;
import dev.mycel.core.spi.KernelCall;
import dev.mycel.core.spi.KernelTable;
import java.nio.FloatBuffer;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_desc;

/**
 * Softmax and the gradients of softmax and its logarithm. The logarithm itself is not the
 * library's: its log is off by 5e-5 (relative) near 1.
 */
final class SoftmaxKernels {
  /** Elements whose gradient is worth a thread's attention. */
  private static final int PIECE = 1 << 14;

  private SoftmaxKernels() {}

  private record Key(int algorithm, boolean backward, int axis, Desc x) {}

  static void register(KernelTable table) {
    forward(table, Prims.SOFTMAX, dnnl_softmax_accurate);
    backward(table, Prims.SOFTMAX_GRAD, dnnl_softmax_accurate);
    backward(table, Prims.LOG_SOFTMAX_GRAD, dnnl_softmax_log);
  }

  private static boolean takes(KernelCall<Attrs.Axis> call) {
    boolean fits = Desc.computes(call.input(0).dtype()) && call.input(0).size() > 0;
    for (int i = 0; i < call.inputCount(); i++) {
      fits &= Layouts.isPositive(call.input(i).layout());
    }
    return fits;
  }

  private static void forward(KernelTable table, Primitive<Attrs.Axis> p, int algorithm) {
    table.put(
        p,
        Access.STRIDED,
        "softmax",
        SoftmaxKernels::takes,
        call -> {
          Buffer x = call.input(0);
          Layout layout = Layouts.like(x.layout());
          OneDnnBackend backend = (OneDnnBackend) call.backend();
          Key key = new Key(algorithm, false, call.attrs().axis(), Desc.of(x.dtype(), layout));
          try (Staging staging = new Staging(call)) {
            long source = staging.address(x, layout);
            long target = staging.output(call, 0, layout);
            backend.cache().get(key, k -> create(backend, k)).run(source, target);
          }
        });
  }

  private static void backward(KernelTable table, Primitive<Attrs.Axis> p, int algorithm) {
    table.put(
        p,
        Access.STRIDED,
        "softmax backward",
        SoftmaxKernels::takes,
        call -> {
          Buffer y = call.input(1);
          Layout layout = Layouts.like(y.layout());
          OneDnnBackend backend = (OneDnnBackend) call.backend();
          Key key = new Key(algorithm, true, call.attrs().axis(), Desc.of(y.dtype(), layout));
          try (Staging staging = new Staging(call)) {
            long gradient = staging.address(call.input(0), layout);
            long result = staging.address(y, layout);
            long target = staging.output(call, 0, layout);
            backend.cache().get(key, k -> create(backend, k)).run(result, gradient, target);
          }
        });
  }

  /**
   * Softmax over the rows of a matrix.
   *
   * @param alone whether this runs inside a loop of {@link Team}
   */
  static void rows(OneDnnBackend backend, Desc x, long source, long target, boolean alone) {
    Key key = new Key(dnnl_softmax_accurate, false, 1, x);
    backend.cache().get(alone, key, k -> create(backend, k)).run(source, target);
  }

  /**
   * The gradient of softmax over the rows of a matrix, written over the result's gradient. For
   * chips without AVX-512 the library has plain loops only, on which this took 4 % of the training
   * step of a small transformer: there it is computed here.
   *
   * @param alone whether this runs inside a loop of {@link Team}
   */
  static void rowsGrad(
      OneDnnBackend backend, Desc x, NativeBlock result, NativeBlock gradient, boolean alone) {
    if (Dnnl.hasAvx512()) {
      Key key = new Key(dnnl_softmax_accurate, true, 1, x);
      backend
          .cache()
          .get(alone, key, k -> create(backend, k))
          .run(result.address(), gradient.address(), gradient.address());
      return;
    }
    int columns = (int) x.dims()[1];
    FloatBuffer y = result.floats();
    FloatBuffer g = gradient.floats();
    Team.Range range =
        (first, end) -> {
          float[] p = new float[columns];
          float[] d = new float[columns];
          for (int row = (int) first; row < end; row++) {
            y.get(row * columns, p);
            g.get(row * columns, d);
            float mean = dot(p, d);
            for (int i = 0; i < columns; i++) {
              d[i] = p[i] * (d[i] - mean);
            }
            g.put(row * columns, d);
          }
        };
    if (alone) {
      range.run(0, x.dims()[0]);
    } else {
      Team.run(x.dims()[0], Math.max(1, PIECE / columns), range);
    }
  }

  /** In four chains, which neither wait for one another nor lose as many digits as one. */
  private static float dot(float[] a, float[] b) {
    float s0 = 0;
    float s1 = 0;
    float s2 = 0;
    float s3 = 0;
    int i = 0;
    for (; i + 3 < a.length; i += 4) {
      s0 += a[i] * b[i];
      s1 += a[i + 1] * b[i + 1];
      s2 += a[i + 2] * b[i + 2];
      s3 += a[i + 3] * b[i + 3];
    }
    for (; i < a.length; i++) {
      s0 += a[i] * b[i];
    }
    return (s0 + s1) + (s2 + s3);
  }

  private static Compiled create(OneDnnBackend backend, Key key) {
    dnnl_memory_desc x = key.x().create();
    dnnl_primitive_desc forward = new dnnl_primitive_desc();
    try (Attributes attributes = new Attributes()) {
      Dnnl.check(
          dnnl_softmax_forward_primitive_desc_create(
              forward,
              Dnnl.engine(),
              dnnl_forward_training,
              key.algorithm(),
              x,
              x,
              key.axis(),
              attributes.get()),
          "describing " + key);
      if (!key.backward()) {
        return new Compiled(backend.pool(), forward, DNNL_ARG_SRC, DNNL_ARG_DST);
      }
      dnnl_primitive_desc backward = new dnnl_primitive_desc();
      Dnnl.check(
          dnnl_softmax_backward_primitive_desc_create(
              backward,
              Dnnl.engine(),
              key.algorithm(),
              x,
              x,
              x,
              key.axis(),
              forward,
              attributes.get()),
          "describing " + key);
      return new Compiled(
              backend.pool(), backward, DNNL_ARG_DST, DNNL_ARG_DIFF_DST, DNNL_ARG_DIFF_SRC)
          .keeping(forward);
    }
  }
}
