package dev.mycel.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_bf16;
import static org.bytedeco.dnnl.global.dnnl.dnnl_f16;
import static org.bytedeco.dnnl.global.dnnl.dnnl_f32;
import static org.bytedeco.dnnl.global.dnnl.dnnl_format_tag_any;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_create_with_strides;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_create_with_tag;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_s32;
import static org.bytedeco.dnnl.global.dnnl.dnnl_s8;
import static org.bytedeco.dnnl.global.dnnl.dnnl_u8;

import dev.mycel.core.DType;
import dev.mycel.core.Layout;
import dev.mycel.core.spi.Buffer;
import java.util.Arrays;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.jspecify.annotations.Nullable;

/**
 * What oneDNN needs to know of a tensor, as a value that can be part of a cache key. Without
 * strides the library chooses the layout.
 */
record Desc(DType dtype, long[] dims, long[] strides) {
  private static final long[] ANY = {};

  /** Given strides, in elements. */
  static Desc of(DType dtype, long[] dims, long[] strides) {
    return new Desc(dtype, dims, strides);
  }

  /** Row-major. */
  static Desc dense(DType dtype, long... dims) {
    long[] strides = new long[dims.length];
    long step = 1;
    for (int i = dims.length - 1; i >= 0; i--) {
      strides[i] = step;
      step *= Math.max(dims[i], 1);
    }
    return new Desc(dtype, dims, strides);
  }

  /**
   * The extents and strides of a buffer; axes of extent one get the stride that a dense layout
   * would give them.
   */
  static Desc of(Buffer b) {
    return of(b.dtype(), b.layout());
  }

  static Desc of(DType dtype, Layout layout) {
    return new Desc(dtype, layout.shape().dims(), layout.strides());
  }

  /** In a layout of the library's choice. */
  static Desc any(DType dtype, long... dims) {
    return new Desc(dtype, dims, ANY);
  }

  boolean isAny() {
    return strides == ANY;
  }

  /** Whether the library has the element type. */
  static boolean takes(DType t) {
    return switch (t) {
      case FLOAT32, BFLOAT16, FLOAT16, INT32, INT8, UINT8, BOOL -> true;
      default -> false;
    };
  }

  /** Whether the library computes in the element type. */
  static boolean computes(DType t) {
    return t == DType.FLOAT32 || t == DType.BFLOAT16 || t == DType.FLOAT16;
  }

  /** The native description, destroyed when the object is no longer reachable. */
  dnnl_memory_desc create() {
    dnnl_memory_desc made = new dnnl_memory_desc();
    int type = type(dtype);
    int status =
        isAny()
            ? dnnl_memory_desc_create_with_tag(made, dims.length, dims, type, dnnl_format_tag_any)
            : dnnl_memory_desc_create_with_strides(made, dims.length, dims, type, strides);
    Dnnl.check(status, "describing " + this);
    dnnl_memory_desc same = new dnnl_memory_desc(made);
    Dnnl.CLEANER.register(made, () -> dnnl_memory_desc_destroy(same));
    return made;
  }

  private static int type(DType t) {
    return switch (t) {
      case FLOAT32 -> dnnl_f32;
      case BFLOAT16 -> dnnl_bf16;
      case FLOAT16 -> dnnl_f16;
      case INT32 -> dnnl_s32;
      case INT8 -> dnnl_s8;
      case UINT8, BOOL -> dnnl_u8;
      default -> throw new IllegalArgumentException("oneDNN has no " + t);
    };
  }

  /** Our float type with that number of the library's; null for others. */
  static @Nullable DType type(int number) {
    return switch (number) {
      case dnnl_f32 -> DType.FLOAT32;
      case dnnl_bf16 -> DType.BFLOAT16;
      case dnnl_f16 -> DType.FLOAT16;
      default -> null;
    };
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof Desc other
        && dtype == other.dtype
        && Arrays.equals(dims, other.dims)
        && Arrays.equals(strides, other.strides);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * Arrays.hashCode(dims) + Arrays.hashCode(strides)) + dtype.ordinal();
  }

  @Override
  public String toString() {
    return dtype
        + Arrays.toString(dims)
        + (strides == ANY ? " any" : " strides " + Arrays.toString(strides));
  }
}
