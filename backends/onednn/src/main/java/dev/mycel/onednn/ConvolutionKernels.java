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
import java.util.Arrays;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.jspecify.annotations.Nullable;

/**
 * Convolutions and their gradients. Activations are taken and given channels-last, which is the
 * library's fast plain layout: a net of convolutions permutes once, at its entry. Weights are
 * packed into the layout that the primitive chooses.
 */
final class ConvolutionKernels {
  private ConvolutionKernels() {}

  enum Direction {
    FORWARD,
    INPUT_GRAD,
    WEIGHT_GRAD
  }

  /**
   * What a primitive is made of.
   *
   * @param weight the type of the weight's gradient, and of the weight the input's
   * @param bias the type of the bias, null without one
   * @param relu whether what is below 0 is cut off
   */
  record Key(
      Direction direction,
      Attrs.Conv conv,
      DType dtype,
      DType weight,
      Shape x,
      Shape w,
      Shape y,
      @Nullable DType bias,
      boolean relu) {}

  static void register(KernelTable table) {
    table.put(
        Prims.CONV,
        Access.STRIDED,
        "convolution, channels-last",
        ConvolutionKernels::takes,
        ConvolutionKernels::forward);
    table.put(
        Prims.CONV_INPUT_GRAD,
        Access.STRIDED,
        "convolution backward data, channels-last",
        call -> takes(call, call.attrs().conv()),
        ConvolutionKernels::inputGrad);
    table.put(
        Prims.CONV_WEIGHT_GRAD,
        Access.STRIDED,
        "convolution backward weights, channels-last",
        call -> takes(call, call.attrs().conv()),
        ConvolutionKernels::weightGrad);
  }

  private static boolean takes(KernelCall<Attrs.Conv> call) {
    return takes(call, call.attrs());
  }

  static boolean takes(KernelCall<?> call, Attrs.Conv conv) {
    boolean padded = true;
    for (int i = 0; i < conv.spatial(); i++) {
      padded &= conv.padLow()[i] >= 0 && conv.padHigh()[i] >= 0;
    }
    return padded
        && Desc.computes(call.input(1).dtype())
        && conv.spatial() >= 1
        && conv.spatial() <= 3
        && Desc.computes(call.input(0).dtype())
        && !call.input(0).shape().isEmpty()
        && !call.input(1).shape().isEmpty()
        && !call.outputType(0).shape().isEmpty()
        && positive(call);
  }

  private static boolean positive(KernelCall<?> call) {
    for (int i = 0; i < call.inputCount(); i++) {
      if (!Layouts.isPositive(call.input(i).layout())) {
        return false;
      }
    }
    return true;
  }

  static void forward(KernelCall<Attrs.Conv> call) {
    Buffer x = call.input(0);
    Buffer w = call.input(1);
    boolean biased = call.inputCount() == 3;
    Shape y = call.outputType(0).shape();
    DType t = x.dtype();
    Key key =
        new Key(
            Direction.FORWARD,
            call.attrs(),
            t,
            t,
            x.shape(),
            w.shape(),
            y,
            biased ? call.input(2).dtype() : null,
            false);
    OneDnnBackend backend = (OneDnnBackend) call.backend();
    Compiled compiled = backend.cache().get(key, k -> create(backend, k));
    try (Staging staging = new Staging(call)) {
      long input = staging.address(x, Layouts.channelsLast(x.shape()));
      long weight = staging.packed(w, grouped(Desc.of(w), call.attrs().groups()), compiled);
      long bias =
          biased ? staging.address(call.input(2), Layout.contiguous(call.input(2).shape())) : 0;
      long target = staging.output(call, 0, Layouts.channelsLast(y));
      if (biased) {
        compiled.run(input, weight, target, bias);
      } else {
        compiled.run(input, weight, target);
      }
    }
  }

  static void inputGrad(KernelCall<Attrs.ConvGrad> call) {
    Buffer dy = call.input(0);
    Buffer w = call.input(1);
    Attrs.Conv conv = call.attrs().conv();
    Shape x = call.attrs().shape();
    DType t = dy.dtype();
    Key key = new Key(Direction.INPUT_GRAD, conv, t, t, x, w.shape(), dy.shape(), null, false);
    OneDnnBackend backend = (OneDnnBackend) call.backend();
    Compiled compiled = backend.cache().get(key, k -> create(backend, k));
    try (Staging staging = new Staging(call)) {
      long gradient = staging.address(dy, Layouts.channelsLast(dy.shape()));
      long weight = staging.packed(w, grouped(Desc.of(w), conv.groups()), compiled);
      long target = staging.output(call, 0, Layouts.channelsLast(x));
      compiled.run(gradient, weight, target);
    }
  }

  static void weightGrad(KernelCall<Attrs.ConvGrad> call) {
    if (PatchWeightGrad.serves(call)) {
      PatchWeightGrad.run(call);
      return;
    }
    Buffer x = call.input(0);
    Buffer dy = call.input(1);
    Attrs.Conv conv = call.attrs().conv();
    Shape w = call.attrs().shape();
    DType result = call.outputType(0).dtype();
    Key key =
        new Key(
            Direction.WEIGHT_GRAD, conv, dy.dtype(), result, x.shape(), w, dy.shape(), null, false);
    OneDnnBackend backend = (OneDnnBackend) call.backend();
    Compiled compiled = backend.cache().get(key, k -> create(backend, k));
    try (Staging staging = new Staging(call)) {
      long input = staging.address(x, Layouts.channelsLast(x.shape()));
      long gradient = staging.address(dy, Layouts.channelsLast(dy.shape()));
      long packed = staging.take(Math.max(compiled.bytes(DNNL_ARG_DIFF_WEIGHTS), 1)).address();
      compiled.run(input, gradient, packed);
      long target = staging.output(call, 0);
      Desc plain = grouped(Desc.dense(result, w.dims()), conv.groups());
      backend.reorder().unpack(compiled, DNNL_ARG_DIFF_WEIGHTS, packed, plain, target);
    }
  }

  /** A weight [O, I, ...] seen as [G, O / G, I, ...]. */
  static Desc grouped(Desc w, int groups) {
    if (groups == 1) {
      return w;
    }
    int rank = w.dims().length;
    long[] dims = new long[rank + 1];
    long[] strides = new long[rank + 1];
    System.arraycopy(w.dims(), 0, dims, 1, rank);
    System.arraycopy(w.strides(), 0, strides, 1, rank);
    dims[0] = groups;
    dims[1] = w.dims()[0] / groups;
    strides[0] = dims[1] * w.strides()[0];
    return Desc.of(w.dtype(), dims, strides);
  }

  static Compiled create(OneDnnBackend backend, Key key) {
    Attrs.Conv c = key.conv();
    dnnl_memory_desc x = Desc.of(key.dtype(), Layouts.channelsLast(key.x())).create();
    dnnl_memory_desc y = Desc.of(key.dtype(), Layouts.channelsLast(key.y())).create();
    long[] dims = grouped(Desc.dense(key.dtype(), key.w().dims()), c.groups()).dims();
    dnnl_memory_desc w = Desc.any(key.dtype(), dims).create();
    DType biased = key.bias();
    dnnl_memory_desc bias = biased == null ? null : Desc.dense(biased, key.w().dim(0)).create();
    dnnl_primitive_desc forward = new dnnl_primitive_desc();
    try (Attributes attributes = new Attributes()) {
      if (key.relu()) {
        attributes.relu();
      }
      Dnnl.check(
          dnnl_convolution_forward_primitive_desc_create(
              forward,
              Dnnl.engine(),
              key.relu() ? dnnl_forward_inference : dnnl_forward_training,
              dnnl_convolution_direct,
              x,
              w,
              bias,
              y,
              c.strides(),
              spaces(c),
              c.padLow(),
              c.padHigh(),
              attributes.get()),
          "describing " + key);
      return switch (key.direction()) {
        case FORWARD -> new Compiled(backend.pool(), chosen(key, forward), arguments(key));
        case INPUT_GRAD -> inputGrad(backend, key, x, w, y, forward, attributes);
        case WEIGHT_GRAD ->
            weightGrad(
                backend, key, x, Desc.any(key.weight(), dims).create(), y, forward, attributes);
      };
    }
  }

  private static dnnl_primitive_desc chosen(Key key, dnnl_primitive_desc first) {
    boolean gradient = key.direction() == Direction.INPUT_GRAD;
    return FewChannels.are(key.w(), key.conv().groups(), gradient)
        ? FewChannels.older(first)
        : first;
  }

  /** Of a forward primitive: input, weight, result, then bias and the slope of {@code relu}. */
  private static int[] arguments(Key key) {
    int[] all = {DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST, DNNL_ARG_BIAS, Attributes.slope(0)};
    return Arrays.copyOf(all, key.bias() == null ? 3 : key.relu() ? 5 : 4);
  }

  private static Compiled inputGrad(
      OneDnnBackend backend,
      Key key,
      dnnl_memory_desc x,
      dnnl_memory_desc w,
      dnnl_memory_desc y,
      dnnl_primitive_desc forward,
      Attributes attributes) {
    Attrs.Conv c = key.conv();
    dnnl_primitive_desc pd = new dnnl_primitive_desc();
    Dnnl.check(
        dnnl_convolution_backward_data_primitive_desc_create(
            pd,
            Dnnl.engine(),
            dnnl_convolution_direct,
            x,
            w,
            y,
            c.strides(),
            spaces(c),
            c.padLow(),
            c.padHigh(),
            forward,
            attributes.get()),
        "describing " + key);
    return new Compiled(
            backend.pool(), chosen(key, pd), DNNL_ARG_DIFF_DST, DNNL_ARG_WEIGHTS, DNNL_ARG_DIFF_SRC)
        .keeping(forward);
  }

  private static Compiled weightGrad(
      OneDnnBackend backend,
      Key key,
      dnnl_memory_desc x,
      dnnl_memory_desc w,
      dnnl_memory_desc y,
      dnnl_primitive_desc forward,
      Attributes attributes) {
    Attrs.Conv c = key.conv();
    dnnl_primitive_desc pd = new dnnl_primitive_desc();
    @Nullable dnnl_memory_desc noBias = null;
    Dnnl.check(
        dnnl_convolution_backward_weights_primitive_desc_create(
            pd,
            Dnnl.engine(),
            dnnl_convolution_direct,
            x,
            w,
            noBias,
            y,
            c.strides(),
            spaces(c),
            c.padLow(),
            c.padHigh(),
            forward,
            attributes.get()),
        "describing " + key);
    return new Compiled(backend.pool(), pd, DNNL_ARG_SRC, DNNL_ARG_DIFF_DST, DNNL_ARG_DIFF_WEIGHTS)
        .keeping(forward);
  }

  /** The library counts the elements between two that a kernel touches. */
  private static long[] spaces(Attrs.Conv c) {
    long[] spaces = c.dilation().clone();
    for (int i = 0; i < spaces.length; i++) {
      spaces[i]--;
    }
    return spaces;
  }
}
