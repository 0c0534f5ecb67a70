package dev.mycel.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_0;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_1;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_add;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_mul;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_sub;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_pow;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_sqrt;

import dev.mycel.core.DType;
import dev.mycel.core.spi.Buffer;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.dnnl_primitive_desc;

/**
 * An optimizer's step on a block of elements, as elementwise primitives of the library that follow
 * one another while the block is in the cache. Loops over Java arrays have to copy each element in
 * and out, which takes a third (Adam of ten million parameters, bound by memory: 8.3 ms against
 * 5.8) to two thirds of the time (Momentum of 655 360: 230 us against 82).
 *
 * <p>An element's result depends neither on the size of its block nor on the number of threads.
 */
final class UpdateChain {
  /** Elements of the smallest block: a call takes more than a microsecond whatever its size. */
  static final int SMALLEST = 1 << 13;

  /**
   * Elements of the largest block: four arrays for each thread stay in the third-level cache.
   * Larger ones gain two percent.
   */
  private static final int LARGEST = 1 << 17;

  /** Blocks that each thread should get, so that none waits long for the last one. */
  private static final int BLOCKS = 3;

  /** What a link reads and writes: one of the arrays, or (from {@link #SCALARS} on) a number. */
  private static final int WEIGHT = 0;

  private static final int FIRST = 1;
  private static final int SECOND = 2;
  private static final int GRADIENT = 3;
  private static final int SCALARS = 4;

  /** One primitive. Those that differ in numbers only share it. */
  private enum Kind {
    /** {@code target += k * a}. */
    ADD(dnnl_binary_mul),
    /** {@code target = k * a + b}. */
    BLEND(dnnl_binary_mul),
    /** {@code target = target + k * (target - a)}. */
    APPROACH(dnnl_binary_sub),
    /** {@code target = target + k * (a * a - target)}. */
    APPROACH_SQUARE(dnnl_binary_mul),
    /** {@code target += l * (k * a + b)}. */
    ADD_BLEND(dnnl_binary_mul),
    /** {@code target += l * b / (sqrt(one * a) + k)}. */
    ADD_QUOTIENT(dnnl_binary_mul);

    final int algorithm;

    Kind(int algorithm) {
      this.algorithm = algorithm;
    }

    /** The places in the chain of those operations that have an operand. */
    int[] places() {
      return switch (this) {
        case ADD -> new int[0];
        case BLEND, APPROACH -> new int[] {0};
        case APPROACH_SQUARE, ADD_BLEND -> new int[] {0, 1};
        case ADD_QUOTIENT -> new int[] {1, 3, 4};
      };
    }

    /** Appends what follows the first operation. */
    void append(Attributes chain, Desc block, Desc scalar) {
      switch (this) {
        case ADD -> chain.sum();
        case BLEND -> chain.binary(dnnl_binary_add, block);
        case APPROACH -> chain.binary(dnnl_binary_mul, scalar).sum();
        case APPROACH_SQUARE ->
            chain.binary(dnnl_binary_sub, block).binary(dnnl_binary_mul, scalar).sum();
        case ADD_BLEND ->
            chain.binary(dnnl_binary_add, block).binary(dnnl_binary_mul, scalar).sum();
        case ADD_QUOTIENT -> {
          chain.eltwise(dnnl_eltwise_sqrt, 0, 0).binary(dnnl_binary_add, scalar);
          chain.eltwise(dnnl_eltwise_pow, 1, -1);
          chain.binary(dnnl_binary_mul, block).binary(dnnl_binary_mul, scalar).sum();
        }
      }
    }
  }

  /** A primitive for blocks of that many elements. */
  private record Key(Kind kind, int elements) {}

  /**
   * A primitive and what it works on.
   *
   * @param operands of the first operation, then of those that follow
   */
  private record Link(Kind kind, int target, int... operands) {}

  private final List<Link> links = new ArrayList<>(4);
  private final List<Float> numbers = new ArrayList<>(5);

  private int number(float value) {
    numbers.add(value);
    return SCALARS + numbers.size() - 1;
  }

  private UpdateChain add(int target, float k, int a) {
    links.add(new Link(Kind.ADD, target, a, number(k)));
    return this;
  }

  /**
   * Descent along the gradient.
   *
   * @param decay what is added to the gradient for each unit of the weight
   */
  static UpdateChain descent(float rate, float decay) {
    UpdateChain chain = new UpdateChain();
    if (decay != 0) {
      chain.add(WEIGHT, -rate * decay, WEIGHT);
    }
    return chain.add(WEIGHT, -rate, GRADIENT);
  }

  /**
   * Descent along a sum of gradients.
   *
   * @param kept how much of the sum stays
   * @param momentum how much of it counts in Nesterov's form
   */
  static UpdateChain momentum(
      float rate, float kept, float momentum, float decay, boolean nesterov) {
    UpdateChain chain = new UpdateChain();
    chain.links.add(new Link(Kind.BLEND, FIRST, FIRST, chain.number(kept), GRADIENT));
    if (decay != 0) {
      chain.add(FIRST, decay, WEIGHT);
    }
    if (!nesterov) {
      return chain.add(WEIGHT, -rate, FIRST);
    }
    if (decay != 0) {
      chain.add(WEIGHT, -rate * decay, WEIGHT);
    }
    int k = chain.number(momentum);
    int l = chain.number(-rate);
    chain.links.add(new Link(Kind.ADD_BLEND, WEIGHT, FIRST, k, GRADIENT, l));
    return chain;
  }

  /**
   * Adam.
   *
   * @param c1 how far the mean of gradients moves to the new one
   * @param c2 how far that of their squares does
   * @param decay how much of the weight goes, decoupled from the gradient
   */
  static UpdateChain adam(float rate, float c1, float c2, float epsilon, float decay) {
    UpdateChain chain = new UpdateChain();
    if (decay != 0) {
      chain.add(WEIGHT, -rate * decay, WEIGHT);
    }
    int k1 = chain.number(-c1);
    int k2 = chain.number(c2);
    chain.links.add(new Link(Kind.APPROACH, FIRST, FIRST, GRADIENT, k1));
    chain.links.add(new Link(Kind.APPROACH_SQUARE, SECOND, GRADIENT, GRADIENT, SECOND, k2));
    int one = chain.number(1);
    int k = chain.number(epsilon);
    int l = chain.number(-rate);
    chain.links.add(new Link(Kind.ADD_QUOTIENT, WEIGHT, SECOND, one, k, FIRST, l));
    return chain;
  }

  /** The largest block that leaves enough of them for all threads. */
  static int largest(long elements) {
    long each = elements / ((long) BLOCKS * OmpThreads.count());
    return (int) Math.max(SMALLEST, Math.min(LARGEST, Long.highestOneBit(each)));
  }

  /**
   * The chain on arrays in native memory.
   *
   * @param staging lends memory for its numbers
   * @param arrays weights, one or two states, and gradients
   */
  Run on(Staging staging, Buffer... arrays) {
    long[] addresses = new long[SCALARS + numbers.size()];
    for (int i = 0; i < arrays.length; i++) {
      addresses[i == arrays.length - 1 ? GRADIENT : i] = staging.address(arrays[i]);
    }
    for (int i = 0; i < numbers.size(); i++) {
      addresses[SCALARS + i] = staging.scalar(numbers.get(i));
    }
    return new Run(staging.backend(), addresses);
  }

  /** A chain and where its arrays and numbers are. */
  final class Run {
    private final OneDnnBackend backend;
    private final long[] addresses;

    private Run(OneDnnBackend backend, long[] addresses) {
      this.backend = backend;
      this.addresses = addresses;
    }

    /** Updates a block: the number of its elements is a power of two. */
    void run(long from, long to) {
      for (Link link : links) {
        int[] operands = link.operands();
        long[] at = new long[operands.length + 1];
        for (int i = 0; i < operands.length; i++) {
          at[i] = address(operands[i], from);
        }
        at[operands.length] = address(link.target(), from);
        Key key = new Key(link.kind(), (int) (to - from));
        backend.cache().alone(key, k -> create(backend, k)).run(at);
      }
    }

    private long address(int operand, long from) {
      return addresses[operand] + (operand < SCALARS ? from * Float.BYTES : 0);
    }
  }

  /**
   * The result may be one of the operands: each element is written after all that it depends on has
   * been read.
   */
  private static Compiled create(OneDnnBackend backend, Key key) {
    Kind kind = key.kind();
    Desc block = Desc.dense(DType.FLOAT32, key.elements());
    Desc scalar = Desc.dense(DType.FLOAT32, 1);
    Desc second = kind == Kind.APPROACH || kind == Kind.APPROACH_SQUARE ? block : scalar;
    dnnl_primitive_desc pd = new dnnl_primitive_desc();
    int[] places = kind.places();
    int[] arguments = new int[places.length + 3];
    arguments[0] = DNNL_ARG_SRC_0;
    arguments[1] = DNNL_ARG_SRC_1;
    for (int i = 0; i < places.length; i++) {
      arguments[2 + i] = Attributes.operand(places[i]);
    }
    arguments[arguments.length - 1] = DNNL_ARG_DST;
    try (Attributes chain = new Attributes()) {
      kind.append(chain, block, scalar);
      Dnnl.check(
          dnnl_binary_primitive_desc_create(
              pd,
              Dnnl.engine(),
              kind.algorithm,
              block.create(),
              second.create(),
              block.create(),
              chain.get()),
          "describing " + key);
    }
    return new Compiled(backend.pool(), pd, arguments);
  }
}
