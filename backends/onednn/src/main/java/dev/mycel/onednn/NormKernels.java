package dev.mycel.onednn;

import static org.bytedeco.dnnl.global.dnnl.*;

import dev.mycel.core.Attrs;
import dev.mycel.core.Layout;
import dev.mycel.core.Prims;
import dev.mycel.core.spi.Access;
import dev.mycel.core.spi.Buffer;
import dev.mycel.core.spi.KernelCall;
import dev.mycel.core.spi.KernelTable;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_desc;

/** Batch normalisation, channels-last or row-major as the input is. */
final class NormKernels {
  private NormKernels() {}

  private enum Form {
    TRAIN,
    INFER,
    GRAD
  }

  private record Key(Form form, float epsilon, Desc x) {}

  static void register(KernelTable table) {
    table.put(
        Prims.BATCH_NORM,
        Access.STRIDED,
        "batch normalisation",
        call -> takes(call.input(0)),
        NormKernels::train);
    table.put(
        Prims.BATCH_NORM_INFER,
        Access.STRIDED,
        "batch normalisation",
        call -> takes(call.input(0)),
        NormKernels::infer);
    table.put(
        Prims.BATCH_NORM_GRAD,
        Access.STRIDED,
        "batch normalisation backward",
        call -> takes(call.input(1)) && Layouts.isPositive(call.input(0).layout()),
        NormKernels::grad);
  }

  private static boolean takes(Buffer x) {
    return Desc.computes(x.dtype())
        && x.shape().rank() >= 3
        && x.shape().rank() <= 5
        && x.size() > OneDnnBackend.TINY
        && Layouts.isPositive(x.layout());
  }

  private static long plain(Staging staging, Buffer b) {
    return staging.address(b, Layout.contiguous(b.shape()));
  }

  private static void train(KernelCall<Attrs.Epsilon> call) {
    Buffer x = call.input(0);
    Layout layout = Layouts.imageLayout(x.layout());
    OneDnnBackend backend = (OneDnnBackend) call.backend();
    Key key = new Key(Form.TRAIN, (float) call.attrs().value(), Desc.of(x.dtype(), layout));
    try (Staging staging = new Staging(call)) {
      long source = staging.address(x, layout);
      long gamma = plain(staging, call.input(1));
      long beta = plain(staging, call.input(2));
      long target = staging.output(call, 0, layout);
      long mean = staging.output(call, 1);
      long variance = staging.output(call, 2);
      backend
          .cache()
          .get(key, k -> create(backend, k))
          .run(source, target, gamma, beta, mean, variance);
    }
  }

  private static void infer(KernelCall<Attrs.Epsilon> call) {
    Buffer x = call.input(0);
    Layout layout = Layouts.imageLayout(x.layout());
    OneDnnBackend backend = (OneDnnBackend) call.backend();
    Key key = new Key(Form.INFER, (float) call.attrs().value(), Desc.of(x.dtype(), layout));
    try (Staging staging = new Staging(call)) {
      long source = staging.address(x, layout);
      long gamma = plain(staging, call.input(1));
      long beta = plain(staging, call.input(2));
      long mean = plain(staging, call.input(3));
      long variance = plain(staging, call.input(4));
      long target = staging.output(call, 0, layout);
      backend
          .cache()
          .get(key, k -> create(backend, k))
          .run(source, target, gamma, beta, mean, variance);
    }
  }

  private static void grad(KernelCall<Attrs.Epsilon> call) {
    Buffer x = call.input(1);
    Layout layout = Layouts.imageLayout(x.layout());
    OneDnnBackend backend = (OneDnnBackend) call.backend();
    Key key = new Key(Form.GRAD, (float) call.attrs().value(), Desc.of(x.dtype(), layout));
    try (Staging staging = new Staging(call)) {
      long dy = staging.address(call.input(0), layout);
      long source = staging.address(x, layout);
      long gamma = plain(staging, call.input(2));
      long mean = plain(staging, call.input(3));
      long variance = plain(staging, call.input(4));
      long dx = staging.output(call, 0, layout);
      long dgamma = staging.output(call, 1);
      long dbeta = staging.output(call, 2);
      backend
          .cache()
          .get(key, k -> create(backend, k))
          .run(source, dy, gamma, mean, variance, dx, dgamma, dbeta);
    }
  }

  private static Compiled create(OneDnnBackend backend, Key key) {
    dnnl_memory_desc x = key.x().create();
    int scaleShift = dnnl_use_scale | dnnl_use_shift;
    dnnl_primitive_desc forward = new dnnl_primitive_desc();
    try (Attributes attributes = new Attributes()) {
      Dnnl.check(
          dnnl_batch_normalization_forward_primitive_desc_create(
              forward,
              Dnnl.engine(),
              key.form() == Form.INFER ? dnnl_forward_inference : dnnl_forward_training,
              x,
              x,
              key.epsilon(),
              key.form() == Form.INFER ? scaleShift | dnnl_use_global_stats : scaleShift,
              attributes.get()),
          "describing " + key);
      if (key.form() != Form.GRAD) {
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
          dnnl_batch_normalization_backward_primitive_desc_create(
              backward,
              Dnnl.engine(),
              dnnl_backward,
              x,
              x,
              x,
              key.epsilon(),
              scaleShift,
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
