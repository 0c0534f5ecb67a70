package dev.mycel.onednn;

import dev.mycel.core.spi.Buffer;
import dev.mycel.core.spi.KernelCall;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The way through all elements of one or several optimizer steps, which threads take part by part
 * in a single parallel region.
 */
final class UpdateWalks {
  /** Elements that a thread takes at a time. */
  private static final int PIECE = 1 << 13;

  /** One thread has done so many elements before another has begun. */
  private static final int ALONE = 1 << 14;

  /** Elements on the heap at a time; measured: larger blocks take up to twice as long. */
  private static final int BLOCK = 128;

  /** Does the same to neighbouring elements: weights, up to two states, the gradient. */
  interface Piece {
    void run(float[] w, float[] s, float[] t, float[] g, int n);
  }

  /**
   * What is done to the elements of a call.
   *
   * @param chain does the same to whole blocks, if there is one
   */
  record Step(Piece piece, @Nullable UpdateChain chain) {}

  private final List<Walk> walks = new ArrayList<>();
  private final List<Part> parts = new ArrayList<>();
  private long elements;

  void add(KernelCall<?> call, Step step) {
    Walk walk = new Walk(call, step);
    walks.add(walk);
    elements += walk.size;
  }

  void run(OneDnnBackend backend) {
    int largest = UpdateChain.largest(elements);
    try (Staging staging = new Staging(backend)) {
      walks.forEach(walk -> divide(walk, largest, staging));
      Team.run(parts.size(), elements <= ALONE ? parts.size() : 1, this::run);
    }
  }

  private void divide(Walk walk, int largest, Staging staging) {
    UpdateChain chain = walk.step.chain();
    long at = 0;
    if (chain != null && walk.size >= UpdateChain.SMALLEST) {
      UpdateChain.Run run = chain.on(staging, walk.arrays());
      for (int block = largest; block >= UpdateChain.SMALLEST; block >>= 1) {
        for (; walk.size - at >= block; at += block) {
          parts.add(new Part((from, to) -> walk.chain(run, from, to), at, at + block));
        }
      }
    }
    for (; at < walk.size; at += PIECE) {
      parts.add(new Part(walk::loop, at, Math.min(at + PIECE, walk.size)));
    }
  }

  private void run(long from, long to) {
    for (long i = from; i < to; i++) {
      Part part = parts.get((int) i);
      part.work().run(part.from(), part.to());
    }
  }

  /** Neighbouring elements of one call, and what is done to them. */
  private record Part(Team.Range work, long from, long to) {}

  /**
   * The elements of one call: states are inputs and outputs {@code 0 .. states - 1}, the gradient
   * is the input after them.
   */
  private static final class Walk {
    final Step step;
    final long size;
    private final KernelCall<?> call;
    private final Buffer[] out;
    private final int states;

    Walk(KernelCall<?> call, Step step) {
      this.call = call;
      this.step = step;
      states = call.outputCount();
      out = new Buffer[states];
      for (int i = 0; i < states; i++) {
        out[i] = call.isDonated(i) ? call.reuse(i) : call.output(i);
      }
      size = call.input(0).size();
    }

    /** Weights and states, to be written in place, and the gradient. */
    Buffer[] arrays() {
      Buffer[] all = Arrays.copyOf(out, states + 1);
      all[states] = call.input(states);
      return all;
    }

    /** A block by the library. */
    void chain(UpdateChain.Run chain, long from, long to) {
      for (int i = 0; i < states; i++) {
        if (out[i] != call.input(i)) {
          copy(call.input(i), out[i], from, to);
        }
      }
      chain.run(from, to);
    }

    private static void copy(Buffer source, Buffer target, long from, long to) {
      float[] some = new float[Chunks.SIZE];
      for (long at = from; at < to; at += some.length) {
        int n = (int) Math.min(some.length, to - at);
        Chunks.read(source, at, some, n);
        Chunks.write(target, at, some, n);
      }
    }

    /** Elements in Java. */
    void loop(long from, long to) {
      int block = (int) Math.min(BLOCK, to - from);
      float[] w = new float[block];
      float[] s = new float[block];
      float[] t = new float[states > 2 ? block : 0];
      float[] g = new float[block];
      for (long at = from; at < to; at += block) {
        int n = (int) Math.min(block, to - at);
        Chunks.read(call.input(0), at, w, n);
        Chunks.read(call.input(1), at, s, n);
        if (states > 2) {
          Chunks.read(call.input(2), at, t, n);
        }
        Chunks.read(call.input(states), at, g, n);
        step.piece().run(w, s, t, g, n);
        Chunks.write(out[0], at, w, n);
        Chunks.write(out[1], at, s, n);
        if (states > 2) {
          Chunks.write(out[2], at, t, n);
        }
      }
    }
  }
}
