package dev.mycel.onednn;

import static org.bytedeco.dnnl.global.dnnl.*;

import dev.mycel.core.Attrs;
import dev.mycel.core.DType;
import dev.mycel.core.Prims;
import dev.mycel.core.Shape;
import dev.mycel.core.spi.Access;
import dev.mycel.core.spi.Buffer;
import dev.mycel.core.spi.KernelCall;
import dev.mycel.core.spi.KernelTable;
import dev.mycel.core.spi.Storage;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.dnnl_primitive_desc;

/**
 * A convolution that is normalised by given statistics, as one convolution: each output channel's
 * weights take its scale, {@code gamma / sqrt(variance + eps)}, and the bias the rest. What that
 * gives is packed once and kept with the weight, for as long as nothing that went into it is
 * written to.
 */
final class ConvNormKernels {
  private static final int VECTORS = 2;

  private ConvNormKernels() {}

  /** Where a vector of channels is and how often it has been written to; vectors are small. */
  private record Vector(Storage storage, long offset, int writes) {
    static Vector of(Buffer b) {
      return new Vector(b.storage(), b.layout().offset(), b.storage().writes());
    }
  }

  /** What a folded weight is made for and of, besides the weight. */
  private record Use(Compiled user, double epsilon, List<Vector> vectors) {}

  /** A product of the rows of a matrix with one number each. */
  private record Rows(long rows, long columns) {}

  static void register(KernelTable table) {
    table.put(
        Prims.CONV_NORM,
        Access.STRIDED,
        "one convolution, channels-last",
        ConvNormKernels::takes,
        ConvNormKernels::run);
  }

  private static boolean takes(KernelCall<Attrs.ConvNorm> call) {
    for (int i = VECTORS; i < call.inputCount(); i++) {
      Buffer b = call.input(i);
      if (!Desc.computes(b.dtype()) || !b.layout().isContiguous()) {
        return false;
      }
    }
    return ConvolutionKernels.takes(call, call.attrs().conv());
  }

  private static void run(KernelCall<Attrs.ConvNorm> call) {
    Buffer x = call.input(0);
    Buffer w = call.input(1);
    Attrs.ConvNorm attrs = call.attrs();
    Shape y = call.outputType(0).shape();
    OneDnnBackend backend = (OneDnnBackend) call.backend();
    ConvolutionKernels.Key key =
        new ConvolutionKernels.Key(
            ConvolutionKernels.Direction.FORWARD,
            attrs.conv(),
            x.dtype(),
            x.dtype(),
            x.shape(),
            w.shape(),
            y,
            DType.FLOAT32,
            attrs.relu());
    Compiled compiled = backend.cache().get(key, k -> ConvolutionKernels.create(backend, k));
    try (Staging staging = new Staging(call)) {
      long input = staging.address(x, Layouts.channelsLast(x.shape()));
      long weight = folded(call, staging, compiled);
      long bias = weight + biasOffset(compiled);
      long target = staging.output(call, 0, Layouts.channelsLast(y));
      if (attrs.relu()) {
        compiled.run(input, weight, target, bias, staging.zero());
      } else {
        compiled.run(input, weight, target, bias);
      }
    }
  }

  /** Bytes of the packed weight, up to a cache line; the bias follows. */
  private static long biasOffset(Compiled user) {
    return (user.bytes(DNNL_ARG_WEIGHTS) + 63) / 64 * 64;
  }

  private static long folded(KernelCall<Attrs.ConvNorm> call, Staging staging, Compiled user) {
    Buffer w = call.input(1);
    List<Vector> vectors = new ArrayList<>();
    for (int i = VECTORS; i < call.inputCount(); i++) {
      vectors.add(Vector.of(call.input(i)));
    }
    long bytes = biasOffset(user) + w.shape().dim(0) * Float.BYTES;
    OneDnnBackend backend = (OneDnnBackend) call.backend();
    NativeStorage kept =
        DerivedCopies.retained(
            w,
            new Use(user, call.attrs().epsilon(), vectors),
            () -> {
              NativeStorage made = backend.allocateNative(DType.UINT8, bytes);
              fold(call, user, made.address());
              return made;
            });
    if (kept != null) {
      staging.releaseLater(kept);
      return kept.address();
    }
    long address = staging.take(bytes).address();
    fold(call, user, address);
    return address;
  }

  private static void fold(KernelCall<Attrs.ConvNorm> call, Compiled user, long target) {
    Buffer w = call.input(1);
    int channels = (int) w.shape().dim(0);
    long each = w.size() / channels;
    float[] scale = new float[channels];
    float[] shift = new float[channels];
    vectors(call, scale, shift);
    OneDnnBackend backend = (OneDnnBackend) call.backend();
    Desc dense = Desc.dense(DType.FLOAT32, w.shape().dims());
    try (Staging staging = new Staging(call)) {
      NativeBlock scales = staging.take((long) channels * Float.BYTES);
      scales.floats().put(0, scale);
      long plain = staging.temporary(DType.FLOAT32, w.size());
      backend.reorder().run(Desc.of(w), staging.address(w), dense, plain);
      long scaled = staging.temporary(DType.FLOAT32, w.size());
      backend
          .cache()
          .get(new Rows(channels, each), k -> create(backend, k))
          .run(plain, scales.address(), scaled);
      Desc grouped = ConvolutionKernels.grouped(dense, call.attrs().conv().groups());
      backend.reorder().pack(grouped, scaled, user, DNNL_ARG_WEIGHTS, target);
      NativeBlock shifts = staging.take((long) channels * Float.BYTES);
      shifts.floats().put(0, shift);
      Desc vector = Desc.dense(DType.FLOAT32, channels);
      backend.reorder().run(vector, shifts.address(), vector, target + biasOffset(user));
    }
  }

  /** Each channel's factor and summand, in double and rounded once. */
  private static void vectors(KernelCall<Attrs.ConvNorm> call, float[] scale, float[] shift) {
    int n = scale.length;
    float[] gamma = vector(call.input(VECTORS), n);
    float[] beta = vector(call.input(VECTORS + 1), n);
    float[] mean = vector(call.input(VECTORS + 2), n);
    float[] variance = vector(call.input(VECTORS + 3), n);
    float[] bias = call.inputCount() > VECTORS + 4 ? vector(call.input(VECTORS + 4), n) : null;
    for (int i = 0; i < n; i++) {
      double factor = gamma[i] / Math.sqrt(variance[i] + call.attrs().epsilon());
      double offset = bias == null ? 0 : bias[i];
      scale[i] = (float) factor;
      shift[i] = (float) (beta[i] + (offset - mean[i]) * factor);
    }
  }

  private static float[] vector(Buffer b, int n) {
    float[] values = new float[n];
    Chunks.readWide(b, 0, values, Chunks.narrow(b.dtype(), n), n);
    return values;
  }

  private static Compiled create(OneDnnBackend backend, Rows key) {
    dnnl_primitive_desc pd = new dnnl_primitive_desc();
    Desc matrix = Desc.dense(DType.FLOAT32, key.rows(), key.columns());
    Desc column = Desc.dense(DType.FLOAT32, key.rows(), 1);
    try (Attributes attributes = new Attributes()) {
      Dnnl.check(
          dnnl_binary_primitive_desc_create(
              pd,
              Dnnl.engine(),
              dnnl_binary_mul,
              matrix.create(),
              column.create(),
              matrix.create(),
              attributes.get()),
          "describing " + key);
    }
    return new Compiled(backend.pool(), pd, DNNL_ARG_SRC_0, DNNL_ARG_SRC_1, DNNL_ARG_DST);
  }
}
