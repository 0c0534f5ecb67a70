package dev.mycel.onednn;

import static org.bytedeco.dnnl.global.dnnl.*;

import dev.mycel.core.Attrs;
import dev.mycel.core.DType;
import dev.mycel.core.Layout;
import dev.mycel.core.None;
import dev.mycel.core.Primitive;
import dev.mycel.core.Prims;
import dev.mycel.core.spi.Access;
import dev.mycel.core.spi.Buffer;
import dev.mycel.core.spi.KernelCall;
import dev.mycel.core.spi.KernelTable;
import java.util.Arrays;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_desc;

/**
 * Functions of one and two tensors, element by element. Dense tensors are walked flat, whatever the
 * order of their axes.
 */
final class ElementwiseKernels {
  private ElementwiseKernels() {}

  private record Unary(int algorithm, float alpha, float beta, DType dtype, long n) {}

  /**
   * A function that the library turns NaN into a number with, made right by a maximum with the
   * input.
   */
  private record Guarded(boolean exponential, DType dtype, long n) {}

  private record Binary(int algorithm, Desc a, Desc b, Desc out) {}

  private record UnaryGrad(int algorithm, float alpha, float beta, DType dtype, long n) {}

  static void register(KernelTable table) {
    unary(table, Prims.NEG, dnnl_eltwise_linear, -1, 0);
    unary(table, Prims.ABS, dnnl_eltwise_abs, 0, 0);
    unary(table, Prims.SQUARE, dnnl_eltwise_square, 0, 0);
    unary(table, Prims.SQRT, dnnl_eltwise_sqrt, 0, 0);
    unary(table, Prims.TANH, dnnl_eltwise_tanh, 0, 0);
    unary(table, Prims.SIGMOID, dnnl_eltwise_logistic, 0, 0);
    table.put(
        Prims.ROUND,
        Access.STRIDED,
        "eltwise, float32",
        call -> takesUnary(call) && call.input(0).dtype() == DType.FLOAT32,
        call ->
            run(call, new Unary(dnnl_eltwise_round, 0, 0, DType.FLOAT32, call.input(0).size())));
    guarded(table, Prims.EXP, true);
    guarded(table, Prims.RELU, false);
    binary(table, Prims.ADD, dnnl_binary_add, true);
    binary(table, Prims.MUL, dnnl_binary_mul, true);
    binary(table, Prims.SUB, dnnl_binary_sub, false);
    binary(table, Prims.DIV, dnnl_binary_div, false);
    table.put(
        Prims.RELU_GRAD,
        Access.STRIDED,
        "eltwise backward",
        ElementwiseKernels::takesGrad,
        ElementwiseKernels::reluGrad);
    table.put(
        Prims.GELU,
        Access.STRIDED,
        "eltwise",
        ElementwiseKernels::takesUnary,
        call ->
            run(
                call,
                new Unary(gelu(call.attrs()), 0, 0, call.input(0).dtype(), call.input(0).size())));
    table.put(
        Prims.GELU_GRAD,
        Access.STRIDED,
        "eltwise backward",
        ElementwiseKernels::takesGrad,
        ElementwiseKernels::geluGrad);
  }

  private static void unary(
      KernelTable table, Primitive<None> p, int algorithm, float alpha, float beta) {
    table.put(
        p,
        Access.STRIDED,
        "eltwise",
        ElementwiseKernels::takesUnary,
        call ->
            run(
                call,
                new Unary(algorithm, alpha, beta, call.input(0).dtype(), call.input(0).size())));
  }

  private static boolean takesUnary(KernelCall<?> call) {
    return call.input(0).size() > OneDnnBackend.TINY
        && Desc.computes(call.input(0).dtype())
        && Layouts.isPositive(call.input(0).layout());
  }

  private static void run(KernelCall<?> call, Unary key) {
    Buffer x = call.input(0);
    OneDnnBackend backend = (OneDnnBackend) call.backend();
    Layout layout = Layouts.like(x.layout());
    try (Staging staging = new Staging(call)) {
      long source = staging.address(x, layout);
      long target = staging.output(call, 0, layout);
      backend.cache().get(key, k -> create(backend, k)).run(source, target);
    }
  }

  /** A function of float32 elements that lie without gaps. */
  static void apply(OneDnnBackend backend, int algorithm, long n, long source, long target) {
    Unary key = new Unary(algorithm, 0, 0, DType.FLOAT32, n);
    backend.cache().get(key, k -> create(backend, k)).run(source, target);
  }

  private static Compiled create(OneDnnBackend backend, Unary key) {
    dnnl_memory_desc md = Desc.dense(key.dtype(), key.n()).create();
    dnnl_primitive_desc pd = new dnnl_primitive_desc();
    try (Attributes attributes = new Attributes()) {
      Dnnl.check(
          dnnl_eltwise_forward_primitive_desc_create(
              pd,
              Dnnl.engine(),
              dnnl_forward_training,
              key.algorithm(),
              md,
              md,
              key.alpha(),
              key.beta(),
              attributes.get()),
          "describing " + key);
    }
    return new Compiled(backend.pool(), pd, DNNL_ARG_SRC, DNNL_ARG_DST);
  }

  // ---- exp and relu, which the library computes as a number for NaN -----------------------------

  private static void guarded(KernelTable table, Primitive<None> p, boolean exponential) {
    table.put(
        p,
        Access.STRIDED,
        "binary with chain",
        ElementwiseKernels::takesUnary,
        call -> run(call, new Guarded(exponential, call.input(0).dtype(), call.input(0).size())));
  }

  private static void run(KernelCall<?> call, Guarded key) {
    Buffer x = call.input(0);
    OneDnnBackend backend = (OneDnnBackend) call.backend();
    Layout layout = Layouts.like(x.layout());
    try (Staging staging = new Staging(call)) {
      long source = staging.address(x, layout);
      long other = key.exponential() ? source : staging.zero();
      long target = staging.output(call, 0, layout);
      backend.cache().get(key, k -> create(backend, k)).run(source, other, target, source);
    }
  }

  /**
   * relu is {@code max(max(x, 0), x)} and exp is {@code max(exp(max(x, x)), x)}: of two operands of
   * which one is NaN the library's maximum gives the second, and neither result is ever below x.
   */
  private static Compiled create(OneDnnBackend backend, Guarded key) {
    Desc flat = Desc.dense(key.dtype(), key.n());
    dnnl_primitive_desc pd = new dnnl_primitive_desc();
    try (Attributes attributes = new Attributes()) {
      if (key.exponential()) {
        attributes.eltwise(dnnl_eltwise_exp, 0, 0);
      }
      attributes.binary(dnnl_binary_max, flat);
      Desc second = key.exponential() ? flat : Desc.dense(key.dtype(), 1);
      Dnnl.check(
          dnnl_binary_primitive_desc_create(
              pd,
              Dnnl.engine(),
              dnnl_binary_max,
              flat.create(),
              second.create(),
              flat.create(),
              attributes.get()),
          "describing " + key);
    }
    int operand = Attributes.operand(key.exponential() ? 1 : 0);
    return new Compiled(backend.pool(), pd, DNNL_ARG_SRC_0, DNNL_ARG_SRC_1, DNNL_ARG_DST, operand);
  }

  // ---- two tensors ------------------------------------------------------------------------------

  private static void binary(
      KernelTable table, Primitive<None> p, int algorithm, boolean commutes) {
    table.put(
        p,
        Access.STRIDED,
        "binary",
        call -> takesBinary(call, commutes),
        call -> runBinary(call, algorithm, commutes));
  }

  private static boolean takesBinary(KernelCall<None> call, boolean commutes) {
    Buffer a = call.input(0);
    Buffer b = call.input(1);
    if (a.size() <= OneDnnBackend.TINY || !Desc.computes(a.dtype())) {
      return false;
    }
    return (isWhole(a) && isOperand(b)) || (commutes && isWhole(b) && isOperand(a));
  }

  /** Each element lies once, in positive strides. */
  private static boolean isWhole(Buffer b) {
    return Layouts.isPositive(b.layout()) && b.layout().isDense();
  }

  /** Each stride is positive, or zero where the tensor is repeated. */
  private static boolean isOperand(Buffer b) {
    Layout layout = b.layout();
    for (int i = 0; i < layout.shape().rank(); i++) {
      if (layout.shape().dim(i) > 1 && layout.stride(i) < 0) {
        return false;
      }
    }
    return true;
  }

  private static void runBinary(KernelCall<None> call, int algorithm, boolean commutes) {
    Buffer a = call.input(0);
    Buffer b = call.input(1);
    boolean swap = commutes && !(isWhole(a) && isOperand(b));
    Buffer whole = swap ? b : a;
    Buffer other = swap ? a : b;
    OneDnnBackend backend = (OneDnnBackend) call.backend();
    Layout layout = Layouts.like(whole.layout());
    DType t = a.dtype();
    try (Staging staging = new Staging(call)) {
      long first = staging.address(whole);
      Binary key;
      long second;
      if (Layouts.isScalar(other.layout())) {
        Desc flat = Desc.dense(t, whole.size());
        second = scalarAddress(staging, other);
        key = new Binary(algorithm, flat, Desc.dense(t, 1), flat);
      } else if (isBroadcast(other.layout())) {
        second = staging.address(other);
        key =
            layout.isContiguous()
                ? collapsed(algorithm, t, other.layout())
                : new Binary(algorithm, Desc.of(t, layout), narrowed(other), Desc.of(t, layout));
      } else {
        Desc flat = Desc.dense(t, whole.size());
        second = staging.address(other, layout);
        key = new Binary(algorithm, flat, flat, flat);
      }
      long target = place(call, staging, whole, first, layout);
      backend.cache().get(key, k -> create(backend, k)).run(first, second, target);
    }
  }

  /** Over the first operand where it was given up, else in memory of its own. */
  private static long place(
      KernelCall<?> call, Staging staging, Buffer whole, long address, Layout layout) {
    if (call.isDonated(0) && whole == call.input(0) && !whole.isHeap()) {
      call.reuse(0);
      return address;
    }
    return staging.output(call, 0, layout);
  }

  private static long scalarAddress(Staging staging, Buffer b) {
    Layout point = Layout.of(dev.mycel.core.Shape.scalar(), new long[0], b.layout().offset());
    return staging.address(new Buffer(b.storage(), point));
  }

  private static boolean isBroadcast(Layout layout) {
    for (int i = 0; i < layout.shape().rank(); i++) {
      if (layout.shape().dim(i) > 1 && layout.stride(i) == 0) {
        return true;
      }
    }
    return false;
  }

  /**
   * A row-major tensor and a repeated one, with as few axes as can say so: the library has fast
   * kernels for repetition along one axis only.
   */
  private static Binary collapsed(int algorithm, DType t, Layout repeated) {
    int rank = repeated.shape().rank();
    long[] dims = new long[rank];
    long[] strides = new long[rank];
    int n = 0;
    for (int i = 0; i < rank; i++) {
      long dim = repeated.shape().dim(i);
      if (dim == 1) {
        continue;
      }
      long stride = repeated.stride(i);
      if (n > 0 && strides[n - 1] == stride * dim) { // zero and zero, too
        dims[n - 1] *= dim;
        strides[n - 1] = stride;
      } else {
        dims[n] = dim;
        strides[n++] = stride;
      }
    }
    long[] full = Arrays.copyOf(dims, n);
    long[] narrow = full.clone();
    long[] steps = Arrays.copyOf(strides, n);
    for (int i = n - 1; i >= 0; i--) {
      if (steps[i] == 0) {
        narrow[i] = 1;
        // Any stride is true of one element, but the library knows the layout by it.
        steps[i] = i + 1 < n ? steps[i + 1] * narrow[i + 1] : 1;
      }
    }
    Desc whole = Desc.dense(t, full);
    return new Binary(algorithm, whole, Desc.of(t, narrow, steps), whole);
  }

  /** The description with extent one where the tensor is repeated. */
  private static Desc narrowed(Buffer b) {
    long[] dims = b.shape().dims();
    long[] strides = b.layout().strides();
    for (int i = 0; i < dims.length; i++) {
      if (strides[i] == 0 || dims[i] == 1) {
        dims[i] = 1;
        strides[i] = 1;
      }
    }
    return Desc.of(b.dtype(), dims, strides);
  }

  private static Compiled create(OneDnnBackend backend, Binary key) {
    dnnl_primitive_desc pd = new dnnl_primitive_desc();
    Desc b = key.b();
    if (b.dims().length < key.a().dims().length) {
      long[] dims = new long[key.a().dims().length];
      Arrays.fill(dims, 1);
      b = Desc.dense(b.dtype(), dims);
    }
    try (Attributes attributes = new Attributes()) {
      Dnnl.check(
          dnnl_binary_primitive_desc_create(
              pd,
              Dnnl.engine(),
              key.algorithm(),
              key.a().create(),
              b.create(),
              key.out().create(),
              attributes.get()),
          "describing " + key);
    }
    return new Compiled(backend.pool(), pd, DNNL_ARG_SRC_0, DNNL_ARG_SRC_1, DNNL_ARG_DST);
  }

  // ---- gradients --------------------------------------------------------------------------------

  private static boolean takesGrad(KernelCall<?> call) {
    return call.input(0).size() > OneDnnBackend.TINY
        && Desc.computes(call.input(0).dtype())
        && Layouts.isPositive(call.input(0).layout())
        && Layouts.isPositive(call.input(1).layout());
  }

  private static void reluGrad(KernelCall<None> call) {
    runGrad(call, reluGradKey(call.input(0).dtype(), call.input(0).size()), true);
  }

  private static UnaryGrad reluGradKey(DType dtype, long n) {
    return new UnaryGrad(dnnl_eltwise_relu_use_dst_for_bwd, 0, 0, dtype, n);
  }

  /** The gradient of relu for other kernels: runs on y, dy and dx, each of n elements in a row. */
  static Compiled reluGrad(OneDnnBackend backend, DType dtype, long n) {
    return backend.cache().get(reluGradKey(dtype, n), k -> createGrad(backend, k, true));
  }

  /** Relu in place that keeps NaN, for other kernels: n elements in a row. */
  static void relu(OneDnnBackend backend, Staging staging, DType dtype, long n, long at) {
    backend
        .cache()
        .get(new Guarded(false, dtype, n), k -> create(backend, k))
        .run(at, staging.zero(), at, at);
  }

  private static int gelu(Attrs.Gelu a) {
    return a.approximate() ? dnnl_eltwise_gelu_tanh : dnnl_eltwise_gelu_erf;
  }

  private static void geluGrad(KernelCall<Attrs.Gelu> call) {
    runGrad(
        call,
        new UnaryGrad(gelu(call.attrs()), 0, 0, call.input(0).dtype(), call.input(0).size()),
        false);
  }

  private static void runGrad(KernelCall<?> call, UnaryGrad key, boolean fromResult) {
    Buffer dy = call.input(0);
    Buffer data = call.input(1);
    OneDnnBackend backend = (OneDnnBackend) call.backend();
    // The data were laid out by a forward kernel: the gradient follows them.
    Layout layout = Layouts.like(data.layout());
    try (Staging staging = new Staging(call)) {
      long gradient = staging.address(dy, layout);
      long given = staging.address(data, layout);
      long target = staging.output(call, 0, layout);
      backend
          .cache()
          .get(key, k -> createGrad(backend, k, fromResult))
          .run(given, gradient, target);
    }
  }

  private static Compiled createGrad(OneDnnBackend backend, UnaryGrad key, boolean fromResult) {
    dnnl_memory_desc md = Desc.dense(key.dtype(), key.n()).create();
    dnnl_primitive_desc hint = new dnnl_primitive_desc();
    dnnl_primitive_desc pd = new dnnl_primitive_desc();
    try (Attributes attributes = new Attributes()) {
      Dnnl.check(
          dnnl_eltwise_forward_primitive_desc_create(
              hint,
              Dnnl.engine(),
              dnnl_forward_training,
              key.algorithm(),
              md,
              md,
              key.alpha(),
              key.beta(),
              attributes.get()),
          "describing " + key);
      Dnnl.check(
          dnnl_eltwise_backward_primitive_desc_create(
              pd,
              Dnnl.engine(),
              key.algorithm(),
              md,
              md,
              md,
              key.alpha(),
              key.beta(),
              hint,
              attributes.get()),
          "describing " + key);
    }
    return new Compiled(
            backend.pool(),
            pd,
            fromResult ? DNNL_ARG_DST : DNNL_ARG_SRC,
            DNNL_ARG_DIFF_DST,
            DNNL_ARG_DIFF_SRC)
        .keeping(hint);
  }
}
