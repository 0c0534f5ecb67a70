package dev.mycel.onednn;

import static org.bytedeco.dnnl.global.dnnl.*;

import dev.mycel.core.DType;
import dev.mycel.core.spi.Buffer;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.jspecify.annotations.Nullable;

/**
 * The product with the recurrent weight that each step of a recurrent layer needs: the weight is
 * brought into the layout that the library chooses once for all steps. Sums are float32.
 */
final class StepProduct {
  /**
   * What is multiplied, and what is added to the product.
   *
   * @param bias one row
   * @param addend a whole matrix
   */
  private record Key(Desc a, Desc weight, @Nullable Desc bias, @Nullable Desc addend) {}

  private final Compiled compiled;
  private final long weight;

  private StepProduct(Compiled compiled, long weight) {
    this.compiled = compiled;
    this.weight = weight;
  }

  /** Whether kernels of this kind take a sequence of such tensors. */
  static boolean takes(Buffer x) {
    return Desc.computes(x.dtype()) && x.size() > 0;
  }

  /**
   * Which product.
   *
   * @param w [R, H], dense
   * @param turned whether rows of H are multiplied with the weight's transpose, or rows of R with
   *     the weight
   * @param bias the type of a row that is added, if there is one
   * @param addend the type of a matrix that is added, if there is one
   */
  record Form(Buffer w, boolean turned, @Nullable DType bias, @Nullable DType addend) {}

  /**
   * A product of that many rows.
   *
   * @param alone whether it runs inside a loop over several pieces
   */
  static StepProduct of(RecurrentCall in, Form form, long rows, boolean alone) {
    Buffer w = form.w();
    boolean turned = form.turned();
    long inner = w.shape().dim(turned ? 1 : 0);
    long outer = w.shape().dim(turned ? 0 : 1);
    Desc plain = matrix(w.dtype(), inner, outer, turned);
    // A single step reads the weight only once: bringing it into another layout would be a waste.
    boolean packed = in.steps() > 1;
    DType bias = form.bias();
    DType addend = form.addend();
    Key key =
        new Key(
            Desc.dense(w.dtype(), rows, inner),
            packed ? Desc.any(w.dtype(), inner, outer) : plain,
            bias == null ? null : Desc.dense(bias, 1, outer),
            addend == null ? null : Desc.dense(addend, rows, outer));
    OneDnnBackend backend = in.backend();
    PrimitiveCache cache = backend.cache();
    Compiled compiled =
        alone
            ? cache.alone(key, k -> create(backend, k, outer))
            : cache.get(key, k -> create(backend, k, outer));
    return new StepProduct(
        compiled, packed ? in.staging().packed(w, plain, compiled) : in.staging().address(w));
  }

  private static Desc matrix(DType type, long inner, long outer, boolean turned) {
    long[] strides = turned ? new long[] {1, inner} : new long[] {outer, 1};
    return Desc.of(type, new long[] {inner, outer}, strides);
  }

  /** Multiplies the rows at an address; {@code extra} is where a bias or an addend is. */
  void run(long a, long target, long extra) {
    if (extra == 0) {
      compiled.run(a, weight, target);
    } else {
      compiled.run(a, weight, target, extra);
    }
  }

  /** Multiplies the rows at an address, adding nothing. */
  void run(long a, long target) {
    run(a, target, 0);
  }

  private static Compiled create(OneDnnBackend backend, Key key, long outer) {
    dnnl_primitive_desc pd;
    Desc bias = key.bias();
    Desc addend = key.addend();
    try (Attributes attributes = new Attributes()) {
      if (addend != null) {
        attributes.binary(dnnl_binary_add, addend);
      }
      Desc out = Desc.dense(DType.FLOAT32, key.a().dims()[0], outer);
      pd = Products.describe(key.a(), key.weight(), bias, out, attributes);
    }
    int[] plain = {DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST};
    if (bias == null && addend == null) {
      return new Compiled(backend.pool(), pd, plain);
    }
    int extra = bias != null ? DNNL_ARG_BIAS : Attributes.operand(0);
    return new Compiled(backend.pool(), pd, plain[0], plain[1], plain[2], extra);
  }
}
