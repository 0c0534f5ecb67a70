package dev.mycel.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_linear;

import com.sun.jna.Pointer;
import dev.mycel.core.Attrs;
import dev.mycel.core.DType;
import dev.mycel.core.Layout;
import dev.mycel.core.Prims;
import dev.mycel.core.Shape;
import dev.mycel.core.spi.Access;
import dev.mycel.core.spi.KernelCall;
import dev.mycel.core.spi.KernelTable;
import java.util.Arrays;
import org.bytedeco.dnnl.dnnl_primitive_desc;

/**
 * Attention by blocks of queries, so that scores never leave the cache: products, softmax,
 * products. Causal blocks skip the keys that none of their queries sees. The backward pass computes
 * the scores again, which costs less than to keep and read them.
 */
final class AttentionKernels {
  /** Scores at a time: a float each, twice in the backward pass. */
  private static final long SCORES = 1 << 19;

  private static final long FEWEST_ROWS = 16;

  /** Of causal blocks, which compute half of their square in vain. */
  private static final long MOST_ROWS = 64;

  private static final DType WIDE = DType.FLOAT32;

  private AttentionKernels() {}

  /**
   * A batch of products.
   *
   * @param adds whether the result is added to what is there
   */
  private record Product(Desc a, Desc b, Desc out, float scale, boolean adds) {}

  static void register(KernelTable table) {
    String note = "products and softmax by blocks of queries";
    table.put(
        Prims.ATTENTION,
        Access.STRIDED,
        note,
        AttentionKernels::takes,
        call -> {
          try (Staging staging = new Staging(call)) {
            new Pass(call, staging, call.attrs(), 0).forward(call);
          }
        });
    table.put(
        Prims.ATTENTION_GRAD,
        Access.STRIDED,
        note,
        AttentionKernels::takes,
        call -> {
          try (Staging staging = new Staging(call)) {
            new Pass(call, staging, call.attrs(), 1).backward(call);
          }
        });
  }

  private static boolean takes(KernelCall<Attrs.Attention> call) {
    boolean fits =
        Desc.computes(call.input(0).dtype())
            && call.input(0).shape().rank() <= 8
            && call.input(0).size() > OneDnnBackend.TINY;
    for (int i = 0; i < call.inputCount(); i++) {
      fits &= call.input(i).size() > 0 && Layouts.isPositive(call.input(i).layout());
    }
    Shape q = call.input(call.inputCount() - 3).shape();
    Shape k = call.input(call.inputCount() - 2).shape();
    return fits
        && q.size() / q.dim(-1) / q.dim(-2) * k.dim(-2)
            < NativeBlock.VIEW / Float.BYTES / MOST_ROWS;
  }

  /** One call: its operands, and memory for a block of scores. */
  private static final class Pass {
    private final OneDnnBackend backend;
    private final Staging staging;
    private final Attrs.Attention attrs;
    private final Matrices q;
    private final Matrices k;
    private final Matrices v;
    private final long height;
    private final long batch;
    private final NativeBlock scores;

    /** Where one block is in the operands' type at a time, if that is another than the scores'. */
    private final long narrowed;

    /**
     * @param first the number of the first of the inputs q, k, v
     */
    Pass(KernelCall<?> call, Staging staging, Attrs.Attention attrs, int first) {
      this.backend = (OneDnnBackend) call.backend();
      this.staging = staging;
      this.attrs = attrs;
      q = Matrices.of(staging, call.input(first));
      k = Matrices.of(staging, call.input(first + 1));
      v = Matrices.of(staging, call.input(first + 2));
      long each = q.count() / q.batches() * k.rows();
      long fitting = Math.max(SCORES / each, FEWEST_ROWS);
      height = Math.min(q.rows(), attrs.causal() ? Math.min(fitting, MOST_ROWS) : fitting);
      batch = Math.max(1, Math.min(SCORES / (each * height), q.batches()));
      scores = staging.take(block(WIDE));
      narrowed = isWide() ? 0 : staging.take(block(q.dtype())).address();
    }

    private long block(DType dtype) {
      return q.count() / q.batches() * batch * height * k.rows() * dtype.bytes();
    }

    private boolean isWide() {
      return q.dtype() == WIDE;
    }

    /** The keys that queries of a block see. */
    private long keys(long from, long rows) {
      return attrs.causal() ? Math.min(k.rows(), from + rows) : k.rows();
    }

    void forward(KernelCall<?> call) {
      Matrices y = output(call, 0, q);
      for (long at = 0; at < q.batches(); at += batch) {
        long n = Math.min(batch, q.batches() - at);
        forward(q.batches(at, n), k.batches(at, n), v.batches(at, n), y.batches(at, n));
      }
    }

    private void forward(Matrices q, Matrices k, Matrices v, Matrices y) {
      for (long from = 0; from < q.rows(); from += height) {
        long rows = Math.min(height, q.rows() - from);
        Matrices seen = k.rows(0, keys(from, rows));
        Matrices p = narrow(weights(q.rows(from, rows), seen, from));
        multiply(p, v.rows(0, seen.rows()), y.rows(from, rows), 1, false);
      }
    }

    void backward(KernelCall<?> call) {
      Matrices dy = Matrices.of(staging, call.input(0));
      Matrices dq = output(call, 0, q);
      Matrices dk = sums(call, 1, k);
      Matrices dv = sums(call, 2, v);
      if (isPartial()) {
        clear(dk);
        clear(dv);
      }
      NativeBlock slopes = staging.take(block(WIDE));
      for (long at = 0; at < q.batches(); at += batch) {
        long n = Math.min(batch, q.batches() - at);
        Matrices[] in = {q.batches(at, n), k.batches(at, n), v.batches(at, n), dy.batches(at, n)};
        Matrices[] out = {dq.batches(at, n), dk.batches(at, n), dv.batches(at, n)};
        backward(in, out, slopes);
      }
      store(call, 1, dk);
      store(call, 2, dv);
    }

    /** Whether there are keys that no query sees: their gradients are zero. */
    private boolean isPartial() {
      return attrs.causal() && q.rows() < k.rows();
    }

    /** From the last block to the first, because the last one sees the most keys. */
    private void backward(Matrices[] in, Matrices[] out, NativeBlock slopes) {
      float scale = (float) attrs.scale();
      boolean adds = isPartial();
      for (long from = (q.rows() - 1) / height * height; from >= 0; from -= height) {
        long rows = Math.min(height, q.rows() - from);
        long keys = keys(from, rows);
        Matrices query = in[0].rows(from, rows);
        Matrices seen = in[1].rows(0, keys);
        Matrices given = in[3].rows(from, rows);
        Matrices p = weights(query, seen, from);
        Matrices dp = Matrices.dense(WIDE, slopes.address(), p.dims());
        multiply(given, in[2].rows(0, keys).turned(), dp, 1, false);
        SoftmaxKernels.rowsGrad(backend, flat(p), scores, slopes);
        multiply(narrow(p).turned(), given, out[2].rows(0, keys), 1, adds);
        Matrices ds = narrow(dp);
        multiply(ds, seen, out[0].rows(from, rows), scale, false);
        multiply(ds.turned(), query, out[1].rows(0, keys), scale, adds);
        adds = true;
      }
    }

    /** The softmax of the scores of a block of queries. */
    private Matrices weights(Matrices query, Matrices seen, long from) {
      long[] dims = query.batch(query.rows(), seen.rows());
      Matrices s = Matrices.dense(WIDE, scores.address(), dims);
      multiply(query, seen.turned(), s, (float) attrs.scale(), false);
      if (attrs.causal()) {
        hide(s, from);
      }
      SoftmaxKernels.rows(backend, flat(s), s.address(), s.address());
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
      Team.run(
          s.count(),
          Math.max(1, 512 / rows),
          (first, end) -> {
            for (long row = first * rows; row < end * rows; row++) {
              long seen = from + row % rows + 1;
              if (seen < keys) {
                target.put((int) (row * keys + seen), never, 0, (int) (keys - seen));
              }
            }
          });
    }

    private void multiply(Matrices a, Matrices b, Matrices out, float scale, boolean adds) {
      Product key = new Product(a.desc(), b.desc(), out.desc(), scale, adds);
      backend
          .cache()
          .get(key, k -> create(backend, k))
          .run(a.address(), b.address(), out.address());
    }

    /** In the type of the operands, for a product with one of them. */
    private Matrices narrow(Matrices wide) {
      if (isWide()) {
        return wide;
      }
      Matrices copy = Matrices.dense(q.dtype(), narrowed, wide.dims());
      backend.reorder().run(wide.desc(), wide.address(), copy.desc(), copy.address());
      return copy;
    }

    // ---- results --------------------------------------------------------------------------------

    /** A result whose elements lie in the order of an operand's. */
    private Matrices output(KernelCall<?> call, int i, Matrices like) {
      Layout layout = layout(call, i, like);
      return Matrices.in(layout, like.dtype(), staging.output(call, i, layout));
    }

    private static Layout layout(KernelCall<?> call, int i, Matrices like) {
      Shape shape = call.outputType(i).shape();
      return Layout.ordered(shape, like.order());
    }

    /** A result that is summed over blocks: in float32, whatever its type. */
    private Matrices sums(KernelCall<?> call, int i, Matrices like) {
      if (isWide()) {
        return output(call, i, like);
      }
      Layout layout = layout(call, i, like);
      return Matrices.in(layout, WIDE, staging.temporary(WIDE, layout.shape().size()));
    }

    private void store(KernelCall<?> call, int i, Matrices sums) {
      if (!isWide()) {
        Matrices out = output(call, i, sums);
        Desc narrow = Desc.of(q.dtype(), out.dims(), out.strides());
        backend.reorder().run(sums.desc(), sums.address(), narrow, out.address());
      }
    }

    private static void clear(Matrices m) {
      long size = m.count() * m.rows() * m.columns() * m.dtype().bytes();
      new Pointer(m.address()).setMemory(0, size, (byte) 0);
    }
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
