package dev.mycel.onednn;

import static org.bytedeco.dnnl.global.dnnl.*;

import dev.mycel.core.Attrs;
import dev.mycel.core.DType;
import dev.mycel.core.Layout;
import dev.mycel.core.Prims;
import dev.mycel.core.Shape;
import dev.mycel.core.spi.Access;
import dev.mycel.core.spi.Buffer;
import dev.mycel.core.spi.KernelCall;
import dev.mycel.core.spi.KernelTable;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_desc;

/**
 * Layer normalisation over rows: the axes before the statistics' first one are the rows. The
 * library works with the variance where ours keeps one over the deviation.
 */
final class LayerNormKernels {
  private LayerNormKernels() {}

  private record Key(boolean backward, float epsilon, Desc x) {}

  static void register(KernelTable table) {
    table.put(
        Prims.LAYER_NORM,
        Access.CONTIGUOUS,
        "layer normalisation",
        call -> takes(call.input(0), call.attrs()),
        LayerNormKernels::forward);
    table.put(
        Prims.LAYER_NORM_GRAD,
        Access.CONTIGUOUS,
        "layer normalisation backward",
        call -> takes(call.input(1), call.attrs()),
        LayerNormKernels::grad);
  }

  private static boolean takes(Buffer x, Attrs.LayerNorm a) {
    return Desc.computes(x.dtype())
        && x.size() > OneDnnBackend.TINY
        && rows(x.shape(), a.axis()) <= Integer.MAX_VALUE;
  }

  private static long rows(Shape x, int axis) {
    long rows = 1;
    for (int i = 0; i < axis; i++) {
      rows *= x.dim(i);
    }
    return rows;
  }

  private static Desc matrix(Buffer x, int axis) {
    long rows = rows(x.shape(), axis);
    return Desc.dense(x.dtype(), rows, x.size() / rows);
  }

  private static void forward(KernelCall<Attrs.LayerNorm> call) {
    Buffer x = call.input(0);
    float epsilon = (float) call.attrs().epsilon();
    OneDnnBackend backend = (OneDnnBackend) call.backend();
    Key key = new Key(false, epsilon, matrix(x, call.attrs().axis()));
    int rows = (int) key.x().dims()[0];
    try (Staging staging = new Staging(call)) {
      long source = staging.address(x);
      long gamma = staging.address(call.input(1));
      long beta = staging.address(call.input(2));
      long target = staging.output(call, 0);
      long mean = staging.output(call, 1);
      NativeBlock variance = staging.take((long) rows * Float.BYTES);
      backend
          .cache()
          .get(key, k -> create(backend, k))
          .run(source, target, gamma, beta, mean, variance.address());
      float[] v = new float[rows];
      variance.floats().get(0, v, 0, rows);
      for (int i = 0; i < rows; i++) {
        v[i] = (float) (1 / Math.sqrt((double) v[i] + epsilon));
      }
      Layout perRow = Layout.contiguous(call.outputType(2).shape());
      NativeStorage deviations = backend.allocateNative(DType.FLOAT32, rows);
      deviations.write(0, v, 0, rows);
      call.output(2, deviations, perRow);
    }
  }

  private static void grad(KernelCall<Attrs.LayerNorm> call) {
    Buffer x = call.input(1);
    float epsilon = (float) call.attrs().epsilon();
    OneDnnBackend backend = (OneDnnBackend) call.backend();
    Key key = new Key(true, epsilon, matrix(x, call.attrs().axis()));
    int rows = (int) key.x().dims()[0];
    try (Staging staging = new Staging(call)) {
      float[] v = new float[rows];
      Chunks.read(call.input(4), 0, v, rows);
      for (int i = 0; i < rows; i++) {
        v[i] = (float) (1 / ((double) v[i] * v[i]) - epsilon);
      }
      NativeBlock variance = staging.take((long) rows * Float.BYTES);
      variance.floats().put(0, v, 0, rows);
      long dy = staging.address(call.input(0));
      long source = staging.address(x);
      long gamma = staging.address(call.input(2));
      long mean = staging.address(call.input(3));
      long dx = staging.output(call, 0);
      long dgamma = staging.output(call, 1);
      long dbeta = staging.output(call, 2);
      backend
          .cache()
          .get(key, k -> create(backend, k))
          .run(source, dy, gamma, mean, variance.address(), dx, dgamma, dbeta);
    }
  }

  private static Compiled create(OneDnnBackend backend, Key key) {
    dnnl_memory_desc x = key.x().create();
    dnnl_memory_desc statistics = Desc.dense(DType.FLOAT32, key.x().dims()[0]).create();
    int flags = dnnl_use_scale | dnnl_use_shift;
    dnnl_primitive_desc forward = new dnnl_primitive_desc();
    try (Attributes attributes = new Attributes()) {
      Dnnl.check(
          dnnl_layer_normalization_forward_primitive_desc_create(
              forward,
              Dnnl.engine(),
              dnnl_forward_training,
              x,
              x,
              statistics,
              key.epsilon(),
              flags,
              attributes.get()),
          "describing " + key);
      if (!key.backward()) {
        return new Compiled(
            backend.pool(),
            forward,
            DNNL_ARG_SRC,
            DNNL_ARG_DST,
            DNNL_ARG_SCALE,
            DNNL_ARG_SHIFT,
            DNNL_ARG_MEAN,
            DNNL_ARG_VARIANCE);
      }
      dnnl_primitive_desc backward = new dnnl_primitive_desc();
      Dnnl.check(
          dnnl_layer_normalization_backward_primitive_desc_create(
              backward,
              Dnnl.engine(),
              dnnl_backward,
              x,
              x,
              x,
              statistics,
              key.epsilon(),
              flags,
              forward,
              attributes.get()),
          "describing " + key);
      return new Compiled(
              backend.pool(),
              backward,
              DNNL_ARG_SRC,
              DNNL_ARG_DIFF_DST,
              DNNL_ARG_SCALE,
              DNNL_ARG_MEAN,
              DNNL_ARG_VARIANCE,
              DNNL_ARG_DIFF_SRC,
              DNNL_ARG_DIFF_SCALE,
              DNNL_ARG_DIFF_SHIFT)
          .keeping(forward);
    }
  }
}
