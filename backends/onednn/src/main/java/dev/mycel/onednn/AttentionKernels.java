package dev.mycel.onednn;

import com.sun.jna.Pointer;
import dev.mycel.core.Attrs;
import dev.mycel.core.Layout;
import dev.mycel.core.Prims;
import dev.mycel.core.Shape;
import dev.mycel.core.spi.Access;
import dev.mycel.core.spi.KernelCall;
import dev.mycel.core.spi.KernelTable;
import java.util.Arrays;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;

/**
 * Attention in parts, each by blocks of queries whose scores never leave the cache ({@link
 * AttentionBlocks}).
 */
final class AttentionKernels {
  /** Scores of all threads at a time: a float each, twice in the backward pass. */
  private static final long SCORES = 1 << 19;

  /** Scores of a thread that computes alone, which its second-level cache holds. */
  private static final long OWN_SCORES = 1 << 16;

  /**
   * Scores of a block from which threads compute alone: products of fewer take too little time for
   * what a call costs. Sequences of 2048 gain a tenth in the forward and a quarter in the backward
   * pass, of 512 a twentieth and a tenth; in float32, 64 x 64 would lose a third.
   */
  private static final long FEWEST_OWN = 1 << 15;

  private static final long FEWEST_ROWS = 16;

  /** Of causal blocks, which compute half of their square in vain. */
  private static final long MOST_ROWS = 64;

  private AttentionKernels() {}

  static void register(KernelTable table) {
    String note = "products and softmax by blocks of queries";
    table.put(
        Prims.ATTENTION,
        Access.STRIDED,
        note,
        AttentionKernels::takes,
        call -> {
          try (Staging staging = new Staging(call)) {
            new Pass(call, staging, call.attrs(), 0).forward();
          }
        });
    table.put(
        Prims.ATTENTION_GRAD,
        Access.STRIDED,
        note,
        AttentionKernels::takes,
        call -> {
          try (Staging staging = new Staging(call)) {
            new Pass(call, staging, call.attrs(), 1).backward();
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

  /** One call: its operands, and how it is taken apart. */
  private static final class Pass {
    private final KernelCall<?> call;
    private final OneDnnBackend backend;
    private final Staging staging;
    private final Attrs.Attention attrs;
    private final Matrices q;
    private final Matrices k;
    private final Matrices v;

    /**
     * @param first the number of the first of the inputs q, k, v
     */
    Pass(KernelCall<?> call, Staging staging, Attrs.Attention attrs, int first) {
      this.call = call;
      this.backend = (OneDnnBackend) call.backend();
      this.staging = staging;
      this.attrs = attrs;
      q = Matrices.of(staging, call.input(first));
      k = Matrices.of(staging, call.input(first + 1));
      v = Matrices.of(staging, call.input(first + 2));
    }

    void forward() {
      Matrices y = output(0, q);
      run(
          new Matrices[] {q, k, v, y},
          (blocks, m) -> blocks.forward(new Matrices[] {m[0], m[1], m[2]}, m[3]));
    }

    void backward() {
      Matrices dy = Matrices.of(staging, call.input(0));
      Matrices dq = output(0, q);
      Matrices dk = sums(1, k);
      Matrices dv = sums(2, v);
      // Keys that no query sees have gradients of zero.
      if (attrs.causal() && q.rows() < k.rows()) {
        clear(dk);
        clear(dv);
      }
      run(
          new Matrices[] {q, k, v, dy, dq, dk, dv},
          (blocks, m) ->
              blocks.backward(
                  new Matrices[] {m[0], m[1], m[2], m[3]}, new Matrices[] {m[4], m[5], m[6]}));
      store(1, dk);
      store(2, dv);
    }

    // ---- parts ----------------------------------------------------------------------------------

    /** Does the same with all parts of the operands. */
    private void run(Matrices[] all, BiConsumer<AttentionBlocks, Matrices[]> work) {
      long height = height(OWN_SCORES, k.rows());
      if (height * k.rows() >= FEWEST_OWN && isShared(q.count())) {
        runAlone(all, work, height);
      } else {
        runTogether(all, work);
      }
    }

    /** Whether all threads get about the same of so many matrices. */
    private static boolean isShared(long count) {
      long threads = OmpThreads.count();
      return count % threads == 0 || count >= 4 * threads;
    }

    /** Each thread takes a matrix at a time. */
    private void runAlone(
        Matrices[] all, BiConsumer<AttentionBlocks, Matrices[]> work, long height) {
      var plan = new AttentionBlocks.Plan(attrs, q.dtype(), height, height * k.rows(), true);
      Team.run(
          q.count(),
          1,
          (from, end) -> {
            try (AttentionBlocks blocks = new AttentionBlocks(backend, plan)) {
              for (long i = from; i < end; i++) {
                long number = i;
                work.accept(blocks, each(all, m -> m.matrix(number)));
              }
            }
          });
    }

    /** All threads share each product of some of the batch. */
    private void runTogether(Matrices[] all, BiConsumer<AttentionBlocks, Matrices[]> work) {
      long each = q.count() / q.batches() * k.rows();
      long height = height(SCORES, each);
      long batch = Math.max(1, Math.min(SCORES / (each * height), q.batches()));
      var plan = new AttentionBlocks.Plan(attrs, q.dtype(), height, each * batch * height, false);
      try (AttentionBlocks blocks = new AttentionBlocks(backend, plan)) {
        for (long at = 0; at < q.batches(); at += batch) {
          long from = at;
          long n = Math.min(batch, q.batches() - at);
          work.accept(blocks, each(all, m -> m.batches(from, n)));
        }
      }
    }

    private static Matrices[] each(Matrices[] all, UnaryOperator<Matrices> part) {
      return Arrays.stream(all).map(part).toArray(Matrices[]::new);
    }

    /**
     * Queries of a block.
     *
     * @param each scores of one row of it
     */
    private long height(long scores, long each) {
      long fitting = Math.max(scores / each, FEWEST_ROWS);
      return Math.min(q.rows(), attrs.causal() ? Math.min(fitting, MOST_ROWS) : fitting);
    }

    // ---- results --------------------------------------------------------------------------------

    /** A result whose elements lie in the order of an operand's. */
    private Matrices output(int i, Matrices like) {
      Layout layout = layout(i, like);
      return Matrices.in(layout, like.dtype(), staging.output(call, i, layout));
    }

    private Layout layout(int i, Matrices like) {
      Shape shape = call.outputType(i).shape();
      return Layout.ordered(shape, like.order());
    }

    /** A result that is summed over blocks: in float32, whatever its type. */
    private Matrices sums(int i, Matrices like) {
      if (q.dtype() == AttentionBlocks.WIDE) {
        return output(i, like);
      }
      Layout layout = layout(i, like);
      long address = staging.temporary(AttentionBlocks.WIDE, layout.shape().size());
      return Matrices.in(layout, AttentionBlocks.WIDE, address);
    }

    private void store(int i, Matrices sums) {
      if (q.dtype() != AttentionBlocks.WIDE) {
        Matrices out = output(i, sums);
        Desc narrow = Desc.of(q.dtype(), out.dims(), out.strides());
        backend.reorder().run(sums.desc(), sums.address(), narrow, out.address());
      }
    }

    private static void clear(Matrices m) {
      long size = m.count() * m.rows() * m.columns() * m.dtype().bytes();
      new Pointer(m.address()).setMemory(0, size, (byte) 0);
    }
  }
}
