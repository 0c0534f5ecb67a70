package dev.mycel.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_linear;

import dev.mycel.core.Attrs;
import dev.mycel.core.DType;
import java.util.Arrays;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.jspecify.annotations.Nullable;

/**
 * Attention of some matrices, by blocks of queries: products, softmax, products. Causal blocks skip
 * the keys that none of their queries sees. The backward pass computes the scores again, which
 * costs less than to keep and read them.
 */
final class AttentionBlocks implements AutoCloseable {
  static final DType WIDE = DType.FLOAT32;

  /**
   * How a call is taken apart.
   *
   * @param dtype of the operands
   * @param height queries of a block
   * @param scores most scores of a block
   * @param alone whether several threads have parts of their own, so that each computes alone
   */
  record Plan(Attrs.Attention attrs, DType dtype, long height, long scores, boolean alone) {}

  /**
   * A batch of products.
   *
   * @param adds whether the result is added to what is there
   */
  private record Product(Desc a, Desc b, Desc out, float scale, boolean adds) {}

  private final OneDnnBackend backend;
  private final Plan plan;
  private final Staging memory;
  private final NativeBlock scores;

  /** The scores' gradients of a block, made with the first that needs them. */
  private @Nullable NativeBlock slopes;

  /** Where one block is in the operands' type at a time, if that is another than the scores'. */
  private final long narrowed;

  AttentionBlocks(OneDnnBackend backend, Plan plan) {
    this.backend = backend;
    this.plan = plan;
    memory = new Staging(backend);
    scores = memory.take(plan.scores() * WIDE.bytes());
    narrowed = isWide() ? 0 : memory.temporary(plan.dtype(), plan.scores());
  }

  private boolean isWide() {
    return plan.dtype() == WIDE;
  }

  /** The keys that queries of a block see, of all of them. */
  private long keys(long from, long rows, long all) {
    return plan.attrs().causal() ? Math.min(all, from + rows) : all;
  }

  /**
   * Writes the output.
   *
   * @param in q, k and v
   */
  void forward(Matrices[] in, Matrices y) {
    for (long from = 0; from < y.rows(); from += plan.height()) {
      long rows = Math.min(plan.height(), y.rows() - from);
      Matrices seen = in[1].rows(0, keys(from, rows, in[1].rows()));
      Matrices p = narrow(weights(in[0].rows(from, rows), seen, from));
      multiply(p, in[2].rows(0, seen.rows()), y.rows(from, rows), 1, false);
    }
  }

  /**
   * Writes the gradients, from the last block to the first, because the last one sees the most
   * keys.
   *
   * @param in q, k, v and the output's gradient
   * @param out the gradients of q, k and v; those of keys that no query sees are left as they are
   */
  void backward(Matrices[] in, Matrices[] out) {
    NativeBlock dScores = slopes();
    float scale = (float) plan.attrs().scale();
    boolean sums = false;
    for (long from = (in[0].rows() - 1) / plan.height() * plan.height();
        from >= 0;
        from -= plan.height()) {
      long rows = Math.min(plan.height(), in[0].rows() - from);
      long keys = keys(from, rows, in[1].rows());
      Matrices query = in[0].rows(from, rows);
      Matrices seen = in[1].rows(0, keys);
      Matrices given = in[3].rows(from, rows);
      Matrices p = weights(query, seen, from);
      Matrices dp = Matrices.dense(WIDE, dScores.address(), p.dims());
      multiply(given, in[2].rows(0, keys).turned(), dp, 1, false);
      SoftmaxKernels.rowsGrad(backend, flat(p), scores, dScores, plan.alone());
      multiply(narrow(p).turned(), given, out[2].rows(0, keys), 1, sums);
      Matrices ds = narrow(dp);
      multiply(ds, seen, out[0].rows(from, rows), scale, false);
      multiply(ds.turned(), query, out[1].rows(0, keys), scale, sums);
      sums = true;
    }
  }

  private NativeBlock slopes() {
    NativeBlock known = slopes;
    if (known == null) {
      known = memory.take(plan.scores() * WIDE.bytes());
      slopes = known;
    }
    return known;
  }

  /** The softmax of the scores of a block of queries. */
  private Matrices weights(Matrices query, Matrices seen, long from) {
    long[] dims = query.batch(query.rows(), seen.rows());
    Matrices s = Matrices.dense(WIDE, scores.address(), dims);
    multiply(query, seen.turned(), s, (float) plan.attrs().scale(), false);
    if (plan.attrs().causal()) {
      hide(s, from);
    }
    SoftmaxKernels.rows(backend, flat(s), s.address(), s.address(), plan.alone());
    return s;
  }

  private static Desc flat(Matrices s) {
    return Desc.dense(WIDE, s.count() * s.rows(), s.columns());
  }

  /** Minus infinity where a key comes after its query. */
  private void hide(Matrices s, long from) {
    long rows = s.rows();
    long keys = s.columns();
    float[] never = new float[(int) Math.max(Math.min(rows, keys), 1)];
    Arrays.fill(never, Float.NEGATIVE_INFINITY);
    var target = scores.floats();
    Team.Range range =
        (first, end) -> {
          for (long row = first * rows; row < end * rows; row++) {
            long seen = from + row % rows + 1;
            if (seen < keys) {
              target.put((int) (row * keys + seen), never, 0, (int) (keys - seen));
            }
          }
        };
    if (plan.alone()) {
      range.run(0, s.count());
    } else {
      Team.run(s.count(), Math.max(1, 512 / rows), range);
    }
  }

  private void multiply(Matrices a, Matrices b, Matrices out, float scale, boolean adds) {
    Product key = new Product(a.desc(), b.desc(), out.desc(), scale, adds);
    backend
        .cache()
        .get(plan.alone(), key, k -> create(backend, k))
        .run(a.address(), b.address(), out.address());
  }

  /** In the type of the operands, for a product with one of them. */
  private Matrices narrow(Matrices wide) {
    if (isWide()) {
      return wide;
    }
    Matrices copy = Matrices.dense(plan.dtype(), narrowed, wide.dims());
    Reorder reorder = backend.reorder();
    if (plan.alone()) {
      reorder.alone(wide.desc(), copy.desc()).run(wide.address(), copy.address());
    } else {
      reorder.run(wide.desc(), wide.address(), copy.desc(), copy.address());
    }
    return copy;
  }

  @Override
  public void close() {
    memory.close();
  }

  private static Compiled create(OneDnnBackend backend, Product key) {
    dnnl_primitive_desc pd;
    try (Attributes attributes = new Attributes()) {
      if (key.scale() != 1) {
        attributes.eltwise(dnnl_eltwise_linear, key.scale(), 0);
      }
      if (key.adds()) {
        attributes.sum();
      }
      pd = Products.describe(key.a(), key.b(), null, key.out(), attributes);
    }
    return new Compiled(backend.pool(), pd, DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST);
  }
}
