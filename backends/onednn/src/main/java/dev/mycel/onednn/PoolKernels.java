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
 * Pooling. The library's workspace of maximum pooling is what the primitive promises: for each
 * result the place in its window, row-major, one byte for windows of up to 255 elements, in the
 * result's layout; a conformance test holds it to that.
 */
final class PoolKernels {
  private PoolKernels() {}

  private record Key(Attrs.Window window, int algorithm, boolean backward, Desc x, Desc y) {}

  static void register(KernelTable table) {
    table.put(
        Prims.MAX_POOL,
        Access.STRIDED,
        "pooling with workspace",
        call ->
            takes(call, call.attrs()) && NaNs.none((OneDnnBackend) call.backend(), call.input(0)),
        PoolKernels::maxPool);
    table.put(
        Prims.MAX_POOL_SCATTER,
        Access.STRIDED,
        "pooling backward with workspace",
        call -> takes(call, call.attrs().window()) && Layouts.isPositive(call.input(1).layout()),
        PoolKernels::maxPoolScatter);
    table.put(
        Prims.AVG_POOL,
        Access.STRIDED,
        "pooling",
        call -> takes(call, call.attrs()),
        PoolKernels::avgPool);
    table.put(
        Prims.AVG_POOL_GRAD,
        Access.STRIDED,
        "pooling backward",
        call -> takes(call, call.attrs().window()),
        PoolKernels::avgPoolGrad);
  }

  private static boolean takes(KernelCall<?> call, Attrs.Window w) {
    boolean fits = w.size().length <= 3;
    long window = 1;
    for (int i = 0; i < w.size().length; i++) {
      long reach = w.dilation()[i] * (w.size()[i] - 1) + 1;
      // A window that lies wholly in the padding has no maximum: the reference says what happens
      // then.
      fits &=
          w.padLow()[i] >= 0
              && w.padHigh()[i] >= 0
              && w.padLow()[i] < reach
              && w.padHigh()[i] < reach;
      window *= w.size()[i];
    }
    return fits
        && window < 255
        && Desc.computes(call.input(0).dtype())
        && !call.input(0).shape().isEmpty()
        && !call.outputType(0).shape().isEmpty()
        && Layouts.isPositive(call.input(0).layout());
  }

  private static int averaging(Attrs.Window w) {
    return w.countPadding() ? dnnl_pooling_avg_include_padding : dnnl_pooling_avg_exclude_padding;
  }

  private static void maxPool(KernelCall<Attrs.Window> call) {
    Buffer x = call.input(0);
    Layout in = Layouts.imageLayout(x.layout());
    Layout out = sameOrder(in, call.outputType(0).shape());
    Key key =
        new Key(
            call.attrs(), dnnl_pooling_max, false, Desc.of(x.dtype(), in), Desc.of(x.dtype(), out));
    OneDnnBackend backend = (OneDnnBackend) call.backend();
    Compiled compiled = backend.cache().get(key, k -> create(backend, k));
    try (Staging staging = new Staging(call)) {
      long source = staging.address(x, in);
      long values = staging.output(call, 0, out);
      long places = staging.output(call, 1, out);
      compiled.run(source, values, places);
    }
  }

  private static void maxPoolScatter(KernelCall<Attrs.WindowGrad> call) {
    Buffer places = call.input(1);
    Layout out = Layouts.imageLayout(places.layout());
    Layout in = sameOrder(out, call.attrs().shape());
    DType t = call.input(0).dtype();
    Key key =
        new Key(call.attrs().window(), dnnl_pooling_max, true, Desc.of(t, in), Desc.of(t, out));
    OneDnnBackend backend = (OneDnnBackend) call.backend();
    Compiled compiled = backend.cache().get(key, k -> create(backend, k));
    try (Staging staging = new Staging(call)) {
      long gradient = staging.address(call.input(0), out);
      long where = staging.address(places, out);
      long target = staging.output(call, 0, in);
      compiled.run(gradient, target, where);
    }
  }

  private static void avgPool(KernelCall<Attrs.Window> call) {
    Buffer x = call.input(0);
    Layout in = Layouts.imageLayout(x.layout());
    Layout out = sameOrder(in, call.outputType(0).shape());
    Key key =
        new Key(
            call.attrs(),
            averaging(call.attrs()),
            false,
            Desc.of(x.dtype(), in),
            Desc.of(x.dtype(), out));
    OneDnnBackend backend = (OneDnnBackend) call.backend();
    Compiled compiled = backend.cache().get(key, k -> create(backend, k));
    try (Staging staging = new Staging(call)) {
      long source = staging.address(x, in);
      compiled.run(source, staging.output(call, 0, out));
    }
  }

  private static void avgPoolGrad(KernelCall<Attrs.WindowGrad> call) {
    Buffer dy = call.input(0);
    Layout out = Layouts.imageLayout(dy.layout());
    Layout in = sameOrder(out, call.attrs().shape());
    Attrs.Window w = call.attrs().window();
    Key key = new Key(w, averaging(w), true, Desc.of(dy.dtype(), in), Desc.of(dy.dtype(), out));
    OneDnnBackend backend = (OneDnnBackend) call.backend();
    Compiled compiled = backend.cache().get(key, k -> create(backend, k));
    try (Staging staging = new Staging(call)) {
      long gradient = staging.address(dy, out);
      compiled.run(gradient, staging.output(call, 0, in));
    }
  }

  /** Channels-last or row-major, as the other layout is. */
  private static Layout sameOrder(Layout other, Shape shape) {
    return other.isContiguous() && other.shape().dim(1) != 1
        ? Layout.contiguous(shape)
        : Layouts.channelsLast(shape);
  }

  private static Compiled create(OneDnnBackend backend, Key key) {
    Attrs.Window w = key.window();
    dnnl_memory_desc x = key.x().create();
    dnnl_memory_desc y = key.y().create();
    long[] spaces = w.dilation().clone();
    for (int i = 0; i < spaces.length; i++) {
      spaces[i]--;
    }
    dnnl_primitive_desc forward = new dnnl_primitive_desc();
    boolean max = key.algorithm() == dnnl_pooling_max;
    try (Attributes attributes = new Attributes()) {
      Dnnl.check(
          dnnl_pooling_forward_primitive_desc_create(
              forward,
              Dnnl.engine(),
              dnnl_forward_training,
              key.algorithm(),
              x,
              y,
              w.strides(),
              w.size(),
              spaces,
              w.padLow(),
              w.padHigh(),
              attributes.get()),
          "describing " + key);
      if (!key.backward()) {
        return max
            ? new Compiled(backend.pool(), forward, DNNL_ARG_SRC, DNNL_ARG_DST, DNNL_ARG_WORKSPACE)
            : new Compiled(backend.pool(), forward, DNNL_ARG_SRC, DNNL_ARG_DST);
      }
      dnnl_primitive_desc backward = new dnnl_primitive_desc();
      Dnnl.check(
          dnnl_pooling_backward_primitive_desc_create(
              backward,
              Dnnl.engine(),
              key.algorithm(),
              x,
              y,
              w.strides(),
              w.size(),
              spaces,
              w.padLow(),
              w.padHigh(),
              forward,
              attributes.get()),
          "describing " + key);
      Compiled compiled =
          max
              ? new Compiled(
                  backend.pool(),
                  backward,
                  DNNL_ARG_DIFF_DST,
                  DNNL_ARG_DIFF_SRC,
                  DNNL_ARG_WORKSPACE)
              : new Compiled(backend.pool(), backward, DNNL_ARG_DIFF_DST, DNNL_ARG_DIFF_SRC);
      return compiled.keeping(forward);
    }
  }
}
