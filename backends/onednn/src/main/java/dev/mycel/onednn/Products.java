package dev.mycel.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_matmul_primitive_desc_create;

import dev.mycel.core.DType;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.jspecify.annotations.Nullable;

/** Describes matrix products, and chooses between the library's implementations of one. */
final class Products {
  /**
   * Multiplications from which the library's older implementation is the faster one on AVX2: below,
   * the newer one is ahead by up to a third; above, it falls behind to less than half where rows
   * are a power of two apart (384 x 2048 x 1536: 60 GFLOP/s against 130).
   */
  private static final long LARGE = 60_000_000;

  /**
   * The same with AVX-512, where the second operand lies row by row: the older one is ahead by a
   * twentieth to a tenth (384 x 2048 x 1536: 220 GFLOP/s against 200; 128 x 512 x 512: 216 against
   * 206), and behind by up to a half where the second operand is transposed.
   */
  private static final long MEDIUM = 30_000_000;

  /** Terms that are added up one after the other in float32. */
  private static final long LONGEST_CHAIN = 4096;

  private static final long PAGE = 4096;

  /**
   * Bytes of an operand that a copy of it leaves in the cache: of 32 MiB it costs what it gains.
   */
  private static final long MOST_COPIED = 8 << 20;

  /** Rows and columns of a result from which a copy of an operand is looked at. */
  private static final long FEWEST = 128;

  private static final String OLDER = "gemm";
  private static final String NEWER = "brg";
  private static final String PAIRS = "amx";

  private Products() {}

  /**
   * A description of {@code out = a b + bias}, for the caller to own.
   *
   * @param b may leave the layout to the library
   */
  static dnnl_primitive_desc describe(
      Desc a, Desc b, @Nullable Desc bias, Desc out, Attributes attributes) {
    dnnl_primitive_desc described = first(a, b, bias, out, attributes);
    if (isMisread(a)) {
      return Compiled.select(described, name -> !name.startsWith(NEWER));
    }
    if (prefersOlder(a, b)) {
      return Compiled.select(described, name -> name.startsWith(OLDER));
    }
    return isTorn(a) ? Compiled.select(described, name -> !name.contains(PAIRS)) : described;
  }

  /**
   * Whether AMX would give wrong numbers (oneDNN 3.11): it reads elements of half types in pairs,
   * and what lies after a row of an odd number of them, such as the next row, is multiplied by zero
   * and added. That makes NaN if it is none or infinite.
   */
  private static boolean isTorn(Desc a) {
    return a.dtype() != DType.FLOAT32 && a.dims()[a.dims().length - 1] % 2 != 0;
  }

  /**
   * Whether the newer implementation would give wrong numbers (oneDNN 3.11 on AVX2): of a batch of
   * outer products, it takes rows that lie apart for rows that follow each other.
   */
  private static boolean isMisread(Desc a) {
    int rank = a.dims().length;
    return rank > 2 && a.dims()[rank - 1] == 1;
  }

  /**
   * Whether the older one is the faster one. With AVX2 it gathers a transposed operand element by
   * element, which takes twice as long where those lie a power of two apart (1024 x 2048 x 256: 60
   * GFLOP/s against 115).
   */
  private static boolean prefersOlder(Desc a, Desc b) {
    if (b.isAny()) {
      return false;
    }
    // Of float16 there is only the newer one.
    if (Dnnl.hasAvx512() && a.dtype() != DType.FLOAT16 && isVector(a, b)) {
      return true;
    }
    if (a.dims().length != 2 || a.dtype() != DType.FLOAT32) {
      return false;
    }
    long m = a.dims()[0];
    long k = a.dims()[1];
    long n = b.dims()[1];
    if (Dnnl.hasAvx512()) {
      return m * k * n >= MEDIUM && b.strides()[1] == 1;
    }
    boolean gathers = a.strides()[0] == 1 && Long.bitCount(m) == 1 && Long.bitCount(n) == 1;
    return m * k * n >= LARGE && !gathers;
  }

  /**
   * Whether the first operand is a transposed one whose rows lie whole pages apart, so that those
   * of a column compete for the same places of the cache, and a copy with rows that are further
   * apart costs less than it gains: the product takes 0.89 to 0.95 of the time, the copy 0.01 to
   * 0.03 (1024 x 2048 x 256: 5.7 ms, 5.1 and 0.2; 1024 x 128 x 784: 1.02 ms, 0.96 and 0.01). With
   * rows of the second operand that lie whole pages apart, too, nothing is gained.
   */
  static boolean isCrowded(Desc a, Desc b) {
    if (!Dnnl.hasAvx512() || !prefersOlder(a, b) || a.dims().length != 2) {
      return false;
    }
    long m = a.dims()[0];
    return a.strides()[0] == 1
        && m >= FEWEST
        && b.dims()[1] >= FEWEST
        && isWholePages(a.strides()[1], a.dtype())
        && !isWholePages(b.strides()[0], b.dtype())
        && m * a.dims()[1] * a.dtype().bytes() <= MOST_COPIED;
  }

  private static boolean isWholePages(long elements, DType dtype) {
    return elements * dtype.bytes() % PAGE == 0;
  }

  /**
   * Whether one of the operands is a vector, or a batch of vectors: the older one then reads the
   * matrix in its order, which is all there is to do (1 x 2048 x 1024: 65 us against 145 in
   * float32, 47 against 100 in bfloat16; 512 x 512 x 1 with rows that lie in columns: 8 us against
   * 55). It adds up in one chain, so longer sums would lose digits.
   */
  private static boolean isVector(Desc a, Desc b) {
    int rank = a.dims().length;
    return a.dims()[rank - 1] <= LONGEST_CHAIN
        && (a.dims()[rank - 2] == 1 || b.dims()[rank - 1] == 1);
  }

  private static dnnl_primitive_desc first(
      Desc a, Desc b, @Nullable Desc bias, Desc out, Attributes attributes) {
    dnnl_primitive_desc pd = new dnnl_primitive_desc();
    Dnnl.check(
        dnnl_matmul_primitive_desc_create(
            pd,
            Dnnl.engine(),
            a.create(),
            b.create(),
            bias == null ? null : bias.create(),
            out.create(),
            attributes.get()),
        "describing the product of " + a + " and " + b);
    return pd;
  }
}
