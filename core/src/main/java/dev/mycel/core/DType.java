package dev.mycel.core;

import java.util.Locale;

/**
 * Element type of a tensor. Every constant is a real storage type: a float16 tensor occupies two
 * bytes an element on every backend.
 */
public enum DType {
  /** True or false, one byte. */
  BOOL("Bool", 1, Kind.BOOL),
  /** Unsigned integer of 8 bits. */
  UINT8("UInt8", 1, Kind.INTEGER),
  /** Signed integer of 8 bits. */
  INT8("Int8", 1, Kind.INTEGER),
  /** Signed integer of 16 bits. */
  INT16("Int16", 2, Kind.INTEGER),
  /** Signed integer of 32 bits. */
  INT32("Int32", 4, Kind.INTEGER),
  /** Signed integer of 64 bits. */
  INT64("Int64", 8, Kind.INTEGER),
  /** IEEE 754 half precision. */
  FLOAT16("Float16", 2, Kind.FLOAT),
  /** The upper half of an IEEE 754 single. */
  BFLOAT16("BFloat16", 2, Kind.FLOAT),
  /** IEEE 754 single precision. */
  FLOAT32("Float32", 4, Kind.FLOAT),
  /** IEEE 754 double precision. */
  FLOAT64("Float64", 8, Kind.FLOAT);

  private enum Kind {
    BOOL,
    INTEGER,
    FLOAT
  }

  private static final DType[][] JOINS = joins();

  private final String displayName;
  private final int bytes;
  private final Kind kind;

  DType(String displayName, int bytes, Kind kind) {
    this.displayName = displayName;
    this.bytes = bytes;
    this.kind = kind;
  }

  /** Size of one element in bytes. */
  public int bytes() {
    return bytes;
  }

  /** Whether this is one of the four floating-point types. */
  public boolean isFloat() {
    return kind == Kind.FLOAT;
  }

  /** Whether this is one of the five integer types (bool is none). */
  public boolean isInteger() {
    return kind == Kind.INTEGER;
  }

  /** The name as MindSpore prints it, for example {@code Float32}. */
  public String displayName() {
    return displayName;
  }

  /**
   * The type that sums and contractions of this type accumulate in: float32 for the half types,
   * else this type.
   */
  public DType accumulator() {
    return this == FLOAT16 || this == BFLOAT16 ? FLOAT32 : this;
  }

  /**
   * The least type that both operands fit in: bool below all, uint8 and int8 meet at int16, an
   * integer with a float gives that float, float16 with bfloat16 gives float32. Commutative,
   * associative and idempotent.
   */
  public DType join(DType other) {
    return JOINS[ordinal()][other.ordinal()];
  }

  /** The type of that name in lower or upper case ({@code float32}, {@code Float32}). */
  public static DType of(String name) {
    for (DType t : values()) {
      if (t.displayName.equalsIgnoreCase(name)) {
        return t;
      }
    }
    throw new DTypeException(
        Messages.of("dtype: there is no type named '" + name + "'")
            .hint(
                "use one of bool, uint8, int8, int16, int32, int64, float16, bfloat16, float32, float64")
            .text());
  }

  private static DType[][] joins() {
    DType[] all = values();
    DType[][] table = new DType[all.length][all.length];
    for (DType a : all) {
      for (DType b : all) {
        table[a.ordinal()][b.ordinal()] = leastUpperBound(a, b);
      }
    }
    return table;
  }

  private static DType leastUpperBound(DType a, DType b) {
    if (a.kind != b.kind) {
      return a.kind.compareTo(b.kind) > 0 ? a : b;
    }
    if ((a == UINT8 && b == INT8) || (a == INT8 && b == UINT8)) {
      return INT16;
    }
    if ((a == FLOAT16 && b == BFLOAT16) || (a == BFLOAT16 && b == FLOAT16)) {
      return FLOAT32;
    }
    return a.ordinal() >= b.ordinal() ? a : b;
  }

  /** The name in lower case, as in {@code float32}. */
  @Override
  public String toString() {
    return displayName.toLowerCase(Locale.ROOT);
  }
}
