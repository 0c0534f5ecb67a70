package dev.mycel.onednn;

import static org.bytedeco.dnnl.global.dnnl.*;

import dev.mycel.core.Attrs;
import dev.mycel.core.DType;
import dev.mycel.core.Layout;
import dev.mycel.core.Prims;
import dev.mycel.core.spi.Access;
import dev.mycel.core.spi.Buffer;
import dev.mycel.core.spi.KernelCall;
import dev.mycel.core.spi.KernelTable;
import java.util.Arrays;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.jspecify.annotations.Nullable;

/** Batch normalisation, channels-last or row-major as the input is. */
final class NormKernels {
  private NormKernels() {}

  /** What a primitive does; those with a mask keep or take one bit for each element. */
  private enum Form {
    TRAIN,
    INFER,
    INFER_RELU,
    GRAD,
    GRAD_RELU;

    boolean isBackward() {
      return this == GRAD || this == GRAD_RELU;
    }

    boolean hasMask() {
      return this == INFER_RELU || this == GRAD_RELU;
    }

    int flags() {
      int flags = dnnl_use_scale | dnnl_use_shift;
      flags |= this == INFER || this == INFER_RELU ? dnnl_use_global_stats : 0;
      return hasMask() ? flags | dnnl_fuse_norm_relu : flags;
    }
  }

  private record Key(Form form, float epsilon, Desc x) {}

  /** Kept with a result: which of its elements were above 0, in the library's own order. */
  private enum Mask {
    ABOVE_ZERO
  }

  static void register(KernelTable table) {
    table.put(
        Prims.BATCH_NORM,
        Access.STRIDED,
        "batch normalisation",
        call -> takes(call, 0),
        call -> train(call, false));
    table.put(
        Prims.BATCH_NORM_RELU,
        Access.STRIDED,
        "batch normalisation with relu",
        call -> takes(call, 0),
        call -> train(call, true));
    table.put(
        Prims.BATCH_NORM_INFER,
        Access.STRIDED,
        "batch normalisation",
        call -> takes(call, 0),
        NormKernels::infer);
    table.put(
        Prims.BATCH_NORM_GRAD,
        Access.STRIDED,
        "batch normalisation backward",
        call -> takes(call, 1),
        NormKernels::grad);
    table.put(
        Prims.BATCH_NORM_RELU_GRAD,
        Access.STRIDED,
        "batch normalisation backward with relu",
        call -> takes(call, 2),
        NormKernels::reluGrad);
  }

  /** The library describes no negative strides, of the channels' numbers neither. */
  private static boolean takes(KernelCall<?> call, int image) {
    Buffer x = call.input(image);
    boolean fits =
        Desc.computes(x.dtype())
            && x.shape().rank() >= 3
            && x.shape().rank() <= 5
            && x.size() > OneDnnBackend.TINY;
    for (int i = 0; fits && i < call.inputCount(); i++) {
      fits = Layouts.isPositive(call.input(i).layout());
    }
    return fits;
  }

  private static long plain(Staging staging, Buffer b) {
    return staging.address(b, Layout.contiguous(b.shape()));
  }

  private static void train(KernelCall<Attrs.Epsilon> call, boolean relu) {
    Buffer x = call.input(0);
    Layout layout = Layouts.imageLayout(x.layout());
    OneDnnBackend backend = (OneDnnBackend) call.backend();
    float epsilon = (float) call.attrs().value();
    Desc desc = Desc.of(x.dtype(), layout);
    int channels = (int) x.shape().dim(1);
    try (Staging staging = new Staging(call)) {
      long source = staging.address(x, layout);
      long gamma = plain(staging, call.input(1));
      long beta = plain(staging, call.input(2));
      NativeStorage result = backend.allocateNative(x.dtype(), x.size());
      call.output(0, result, layout);
      long target = result.address();
      NativeBlock mean = staging.take((long) channels * Float.BYTES);
      NativeBlock variance = staging.take((long) channels * Float.BYTES);
      boolean cut = NormStatistics.cuts(backend, desc);
      if (cut) {
        NormStatistics.compute(backend, desc, source, mean, variance);
      } else {
        get(backend, Form.TRAIN, epsilon, desc)
            .run(source, target, gamma, beta, mean.address(), variance.address());
      }
      boolean finite = isFinite(mean, channels) && isFinite(variance, channels);
      write(call, 1, mean, channels);
      write(call, 2, variance, channels);
      boolean masks = relu && finite && cut;
      if (masks) {
        Compiled masked = get(backend, Form.INFER_RELU, epsilon, desc);
        NativeStorage mask = backend.allocateNative(DType.UINT8, masked.bytes(DNNL_ARG_WORKSPACE));
        masked.run(source, target, gamma, beta, mean.address(), variance.address(), mask.address());
        DerivedCopies.keep(new Buffer(result, layout), Mask.ABOVE_ZERO, mask);
      } else if (cut) {
        get(backend, Form.INFER, epsilon, desc)
            .run(source, target, gamma, beta, mean.address(), variance.address());
      }
      if (relu && !masks) {
        ElementwiseKernels.relu(backend, staging, x.dtype(), x.size(), target);
      }
    }
  }

  /** The library's relu makes numbers of NaN, which only channels with such statistics can hold. */
  private static boolean isFinite(NativeBlock block, int count) {
    float sum = 0;
    for (int i = 0; i < count; i++) {
      sum += block.floats().get(i) * 0;
    }
    return sum == 0;
  }

  private static void write(KernelCall<?> call, int i, NativeBlock from, int count) {
    float[] values = new float[count];
    from.floats().get(0, values);
    Chunks.write(call.output(i), 0, values, count);
  }

  private static Compiled get(OneDnnBackend backend, Form form, float epsilon, Desc x) {
    return backend.cache().get(new Key(form, epsilon, x), k -> create(backend, k));
  }

  private static void infer(KernelCall<Attrs.Epsilon> call) {
    Buffer x = call.input(0);
    Layout layout = Layouts.imageLayout(x.layout());
    OneDnnBackend backend = (OneDnnBackend) call.backend();
    Desc desc = Desc.of(x.dtype(), layout);
    Compiled compiled = get(backend, Form.INFER, (float) call.attrs().value(), desc);
    try (Staging staging = new Staging(call)) {
      long source = staging.address(x, layout);
      long gamma = plain(staging, call.input(1));
      long beta = plain(staging, call.input(2));
      long mean = plain(staging, call.input(3));
      long variance = plain(staging, call.input(4));
      long target = staging.output(call, 0, layout);
      compiled.run(source, target, gamma, beta, mean, variance);
    }
  }

  private static void reluGrad(KernelCall<Attrs.Epsilon> call) {
    Buffer dy = call.input(0);
    Buffer y = call.input(1);
    Layout layout = Layouts.imageLayout(call.input(2).layout());
    NativeStorage mask =
        y.layout().sameStrides(layout) ? DerivedCopies.kept(y, Mask.ABOVE_ZERO) : null;
    OneDnnBackend backend = (OneDnnBackend) call.backend();
    try (Staging staging = new Staging(call)) {
      long gradient = staging.address(dy, layout);
      if (mask != null) {
        staging.releaseLater(mask);
        grad(call, staging, 1, gradient, mask);
        return;
      }
      long cut = staging.temporary(dy.dtype(), dy.size());
      ElementwiseKernels.reluGrad(backend, dy.dtype(), dy.size())
          .run(staging.address(y, layout), gradient, cut);
      grad(call, staging, 1, cut, null);
    }
  }

  private static void grad(KernelCall<Attrs.Epsilon> call) {
    try (Staging staging = new Staging(call)) {
      Layout layout = Layouts.imageLayout(call.input(1).layout());
      grad(call, staging, 0, staging.address(call.input(0), layout), null);
    }
  }

  /**
   * The gradients.
   *
   * @param at the operand before x
   * @param dy where the gradient of the result is, in the layout of x
   */
  private static void grad(
      KernelCall<Attrs.Epsilon> call,
      Staging staging,
      int at,
      long dy,
      @Nullable NativeStorage mask) {
    Buffer x = call.input(at + 1);
    Layout layout = Layouts.imageLayout(x.layout());
    OneDnnBackend backend = (OneDnnBackend) call.backend();
    Form form = mask == null ? Form.GRAD : Form.GRAD_RELU;
    Compiled compiled =
        get(backend, form, (float) call.attrs().value(), Desc.of(x.dtype(), layout));
    long source = staging.address(x, layout);
    long gamma = plain(staging, call.input(at + 2));
    long mean = plain(staging, call.input(at + 3));
    long variance = plain(staging, call.input(at + 4));
    long dx = staging.output(call, 0, layout);
    long dgamma = staging.output(call, 1);
    long dbeta = staging.output(call, 2);
    if (mask == null) {
      compiled.run(source, dy, gamma, mean, variance, dx, dgamma, dbeta);
    } else {
      compiled.run(source, dy, gamma, mean, variance, dx, dgamma, dbeta, mask.address());
    }
  }

  private static Compiled create(OneDnnBackend backend, Key key) {
    dnnl_memory_desc x = key.x().create();
    Form form = key.form();
    dnnl_primitive_desc forward = new dnnl_primitive_desc();
    try (Attributes attributes = new Attributes()) {
      Dnnl.check(
          dnnl_batch_normalization_forward_primitive_desc_create(
              forward,
              Dnnl.engine(),
              form == Form.INFER ? dnnl_forward_inference : dnnl_forward_training,
              x,
              x,
              key.epsilon(),
              form.flags(),
              attributes.get()),
          "describing " + key);
      if (!form.isBackward()) {
        return new Compiled(backend.pool(), forward, masked(form, FORWARD));
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
              form.flags(),
              forward,
              attributes.get()),
          "describing " + key);
      return new Compiled(backend.pool(), backward, masked(form, BACKWARD)).keeping(forward);
    }
  }

  private static final int[] FORWARD = {
    DNNL_ARG_SRC,
    DNNL_ARG_DST,
    DNNL_ARG_SCALE,
    DNNL_ARG_SHIFT,
    DNNL_ARG_MEAN,
    DNNL_ARG_VARIANCE,
    DNNL_ARG_WORKSPACE
  };

  private static final int[] BACKWARD = {
    DNNL_ARG_SRC,
    DNNL_ARG_DIFF_DST,
    DNNL_ARG_SCALE,
    DNNL_ARG_MEAN,
    DNNL_ARG_VARIANCE,
    DNNL_ARG_DIFF_SRC,
    DNNL_ARG_DIFF_SCALE,
    DNNL_ARG_DIFF_SHIFT,
    DNNL_ARG_WORKSPACE
  };

  private static int[] masked(Form form, int[] all) {
    return form.hasMask() ? all : Arrays.copyOf(all, all.length - 1);
  }
}
