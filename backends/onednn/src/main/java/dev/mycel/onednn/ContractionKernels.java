package dev.mycel.onednn;

import static org.bytedeco.dnnl.global.dnnl.*;

import dev.mycel.core.Layout;
import dev.mycel.core.None;
import dev.mycel.core.Prims;
import dev.mycel.core.Shape;
import dev.mycel.core.spi.Access;
import dev.mycel.core.spi.Buffer;
import dev.mycel.core.spi.KernelCall;
import dev.mycel.core.spi.KernelTable;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.jspecify.annotations.Nullable;

/** Matrix products. Transposed operands are strides, not copies. */
final class ContractionKernels {
  /**
   * Rows from which a weight is packed for a single call: the product alone gains a twentieth to a
   * tenth (2048 rows of 384 x 1536 in float32: 11.2 ms instead of 12.0, in bfloat16 5.8 instead of
   * 6.1), and what packing costs does not grow with the rows.
   */
  private static final long MANY_ROWS = 1024;

  private ContractionKernels() {}

  /** A product of described matrices, with a bias along the last axis if there is one. */
  private record Product(Desc a, Desc b, @Nullable Desc bias, Desc out) {}

  static void register(KernelTable table) {
    table.put(
        Prims.MATMUL,
        Access.STRIDED,
        "matmul",
        ContractionKernels::takes,
        ContractionKernels::matmul);
    table.put(
        Prims.LINEAR,
        Access.STRIDED,
        "matmul with bias",
        ContractionKernels::takes,
        ContractionKernels::linear);
  }

  private static boolean takes(KernelCall<None> call) {
    Shape a = call.input(0).shape();
    return Desc.computes(call.input(0).dtype())
        && !call.outputType(0).shape().isEmpty()
        && a.rank() >= 2
        && a.rank() <= 12
        && a.dim(-1) > 0
        && forward(call.input(0).layout())
        && forward(call.input(1).layout())
        && distinct(call.input(0).layout(), call.input(1).layout());
  }

  /**
   * Whether no leading axis repeats both operands: the library would take the result's extent for
   * one.
   */
  private static boolean distinct(Layout a, Layout b) {
    int rank = a.shape().rank();
    for (int i = 0; i < rank - 2 && b.shape().rank() == rank; i++) {
      if (a.shape().dim(i) > 1 && a.stride(i) == 0 && b.stride(i) == 0) {
        return false;
      }
    }
    return true;
  }

  /** Whether no stride is negative, and the matrices themselves repeat nothing. */
  private static boolean forward(Layout layout) {
    int rank = layout.shape().rank();
    for (int i = 0; i < rank; i++) {
      boolean matrix = i >= rank - 2;
      if (layout.shape().dim(i) > 1
          && (layout.stride(i) < 0 || (matrix && layout.stride(i) == 0))) {
        return false;
      }
    }
    return true;
  }

  private static void matmul(KernelCall<None> call) {
    OneDnnBackend backend = (OneDnnBackend) call.backend();
    try (Staging staging = new Staging(call)) {
      Matrix a = Matrix.of(staging, call.input(0));
      Matrix b = Matrix.of(staging, call.input(1));
      if (Products.isCrowded(a.desc(), b.desc())) {
        a = a.spread(staging);
      }
      Layout layout = Layout.contiguous(call.outputType(0).shape());
      Product key = new Product(a.desc(), b.desc(), null, Desc.of(a.desc().dtype(), layout));
      long target = staging.output(call, 0, layout);
      backend.cache().get(key, k -> create(backend, k)).run(a.address(), b.address(), target);
    }
  }

  private static void linear(KernelCall<None> call) {
    OneDnnBackend backend = (OneDnnBackend) call.backend();
    Buffer x = call.input(0);
    Buffer w = call.input(1);
    Shape out = call.outputType(0).shape();
    long features = x.shape().dim(-1);
    Shape rows = Shape.of(x.size() / features, features);
    try (Staging staging = new Staging(call)) {
      Layout flat = x.layout().reshape(rows);
      Matrix a =
          flat != null
              ? Matrix.of(staging, new Buffer(x.storage(), flat))
              : new Matrix(
                  Desc.dense(x.dtype(), rows.dims()),
                  staging.address(x, Layout.contiguous(x.shape())));
      Matrix b = Matrix.of(staging, new Buffer(w.storage(), w.layout().transpose(1, 0)));
      Desc result = Desc.dense(x.dtype(), rows.dim(0), w.shape().dim(0));
      boolean biased = call.inputCount() == 3;
      Desc bias = biased ? Desc.dense(x.dtype(), 1, w.shape().dim(0)) : null;
      Product packed = new Product(a.desc(), Desc.any(x.dtype(), b.desc().dims()), bias, result);
      long weight = packed(backend, staging, w, b, packed);
      Product key = weight != 0 ? packed : new Product(a.desc(), b.desc(), bias, result);
      Compiled compiled = backend.cache().get(key, k -> create(backend, k));
      if (weight == 0) {
        weight = b.address();
      }
      long offset =
          biased ? staging.address(call.input(2), Layout.contiguous(call.input(2).shape())) : 0;
      long target = staging.output(call, 0, Layout.contiguous(out));
      if (biased) {
        compiled.run(a.address(), weight, target, offset);
      } else {
        compiled.run(a.address(), weight, target);
      }
    }
  }

  /**
   * Where a weight is in the layout that its product chooses: a copy that is kept, or one for this
   * call if many rows use it. 0 if it is to be used as it lies.
   */
  private static long packed(
      OneDnnBackend backend, Staging staging, Buffer w, Matrix plain, Product key) {
    NativeStorage kept =
        DerivedCopies.retained(w, key, () -> pack(backend, key, plain.desc(), plain.address()));
    if (kept != null) {
      staging.releaseLater(kept);
      return kept.address();
    }
    if (key.a().dims()[0] < MANY_ROWS || !Dnnl.hasAvx512()) {
      return 0;
    }
    Compiled product = backend.cache().get(key, k -> create(backend, k));
    long copy = staging.take(product.bytes(DNNL_ARG_WEIGHTS)).address();
    backend.reorder().pack(plain.desc(), plain.address(), product, DNNL_ARG_WEIGHTS, copy);
    return copy;
  }

  /** A copy of a weight in the layout that its product chooses. */
  private static NativeStorage pack(OneDnnBackend backend, Product key, Desc plain, long source) {
    Compiled product = backend.cache().get(key, k -> create(backend, k));
    return backend.reorder().packed(plain, source, product, DNNL_ARG_WEIGHTS);
  }

  /**
   * Multiplies dense matrices {@code a[m, k]} and {@code b[k, n]} at raw addresses; for other
   * kernels.
   */
  static void multiply(
      OneDnnBackend backend, Desc a, long at, Desc b, long bt, Desc out, long target) {
    backend.cache().get(new Product(a, b, null, out), k -> create(backend, k)).run(at, bt, target);
  }

  private static Compiled create(OneDnnBackend backend, Product key) {
    Desc bias = key.bias();
    dnnl_primitive_desc pd;
    try (Attributes attributes = new Attributes()) {
      pd = Products.describe(key.a(), key.b(), bias, key.out(), attributes);
    }
    return bias == null
        ? new Compiled(backend.pool(), pd, DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST)
        : new Compiled(
            backend.pool(), pd, DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST, DNNL_ARG_BIAS);
  }

  /**
   * An operand as the library takes it: one of the last two axes runs without gaps, and repeated
   * leading axes have extent one.
   */
  private record Matrix(Desc desc, long address) {
    /** Elements that a copy's rows are longer than what they hold: a line of the cache. */
    private static final long GAP = 16;

    /** A copy of a transposed float32 matrix whose rows are further apart. */
    Matrix spread(Staging staging) {
      long rows = desc.dims()[1];
      long columns = desc.dims()[0];
      long apart = columns + GAP;
      long copy = staging.temporary(desc.dtype(), rows * apart);
      long[] dims = {rows, columns};
      Desc from = Desc.of(desc.dtype(), dims, new long[] {desc.strides()[1], 1});
      Desc to = Desc.of(desc.dtype(), dims, new long[] {apart, 1});
      staging.backend().reorder().run(from, address, to, copy);
      return new Matrix(Desc.of(desc.dtype(), desc.dims(), new long[] {1, apart}), copy);
    }

    static Matrix of(Staging staging, Buffer b) {
      Layout layout = b.layout();
      int rank = b.shape().rank();
      long[] dims = b.shape().dims();
      long[] strides = layout.strides();
      boolean plain = true;
      for (int i = 0; i < rank - 2; i++) {
        if (strides[i] == 0 || dims[i] == 1) {
          dims[i] = 1;
        }
        plain &= strides[i] >= 0 || dims[i] == 1;
      }
      long rows = dims[rank - 2];
      long columns = dims[rank - 1];
      if (rows == 1) {
        strides[rank - 2] = columns == 1 ? 1 : Math.max(columns * strides[rank - 1], 1);
      }
      if (columns == 1) {
        strides[rank - 1] = strides[rank - 2] == 1 ? Math.max(rows, 1) : 1;
      }
      long r = strides[rank - 2];
      long c = strides[rank - 1];
      plain &= (c == 1 && r >= columns) || (r == 1 && c >= rows);
      plain &= Matrices.isNested(dims, strides);
      if (!plain) {
        Layout dense = Layout.contiguous(b.shape());
        return new Matrix(Desc.of(b.dtype(), dense), staging.address(b, dense));
      }
      for (int i = 0; i < rank - 2; i++) {
        if (dims[i] == 1) {
          strides[i] = rows * columns;
        }
      }
      return new Matrix(Desc.of(b.dtype(), dims, strides), staging.address(b));
    }
  }
}
