package dev.mycel.checkpoint;

import dev.mycel.core.DType;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The element types that files hold. Those that tensors do not have are widened to one that holds
 * each of their values, bit patterns of NaN aside; those without such a type are known by name and
 * size alone.
 */
enum StoredType {
  BOOL(8, DType.BOOL),
  U8(8, DType.UINT8),
  I8(8, DType.INT8),
  I16(16, DType.INT16),
  U16(16, DType.INT32),
  I32(32, DType.INT32),
  U32(32, DType.INT64),
  I64(64, DType.INT64),
  /** Loaded as int64, if every element fits. */
  U64(64, DType.INT64),
  F16(16, DType.FLOAT16),
  BF16(16, DType.BFLOAT16),
  F32(32, DType.FLOAT32),
  F64(64, DType.FLOAT64),
  /** Without infinities: 448 is the largest, all ones are NaN. */
  F8_E4M3(8, DType.FLOAT16),
  /** The upper half of a float16. */
  F8_E5M2(8, DType.FLOAT16),
  /** A power of two alone. */
  F8_E8M0(8, DType.FLOAT32),
  F8_E4M3FNUZ(8, null),
  F8_E5M2FNUZ(8, null),
  F4(4, null),
  F6_E2M3(6, null),
  F6_E3M2(6, null),
  C64(64, null),
  C128(128, null);

  private final int bits;
  private final @Nullable DType loaded;

  StoredType(int bits, @Nullable DType loaded) {
    this.bits = bits;
    this.loaded = loaded;
  }

  /** Size of an element in bits. */
  int bits() {
    return bits;
  }

  /** The type of a loaded tensor, or null if there is none. */
  @Nullable DType loaded() {
    return loaded;
  }

  /** Whether tensors have this very type, so that nothing is widened. */
  boolean isOwn() {
    return switch (this) {
      case BOOL, U8, I8, I16, I32, I64, F16, BF16, F32, F64 -> true;
      default -> false;
    };
  }

  /** The type that stores those elements as they are. */
  static StoredType of(DType dtype) {
    return switch (dtype) {
      case BOOL -> BOOL;
      case UINT8 -> U8;
      case INT8 -> I8;
      case INT16 -> I16;
      case INT32 -> I32;
      case INT64 -> I64;
      case FLOAT16 -> F16;
      case BFLOAT16 -> BF16;
      case FLOAT32 -> F32;
      case FLOAT64 -> F64;
    };
  }

  /** The type of that name, or null. */
  static @Nullable StoredType named(String name) {
    for (StoredType type : values()) {
      if (type.name().equals(name)) {
        return type;
      }
    }
    return null;
  }

  /**
   * Widens elements: takes {@code count} out of a buffer, in its byte order, and puts them into
   * another as {@link #loaded}, in that one's.
   *
   * @return how many were taken: fewer if the next one does not fit, which only {@link #U64} has
   */
  int widen(ByteBuffer from, ByteBuffer into, int count) {
    for (int i = 0; i < count; i++) {
      switch (this) {
        case U16 -> into.putInt(Short.toUnsignedInt(from.getShort()));
        case U32 -> into.putLong(Integer.toUnsignedLong(from.getInt()));
        case U64 -> {
          long value = from.getLong();
          if (value < 0) {
            return i;
          }
          into.putLong(value);
        }
        case F8_E4M3 -> into.putShort(halfOfE4M3(from.get()));
        case F8_E5M2 -> into.putShort((short) (from.get() << 8));
        case F8_E8M0 -> into.putFloat(powerOfTwo(from.get() & 0xFF));
        default -> throw new IllegalStateException("checkpoint: elements of " + this);
      }
    }
    return count;
  }

  /** The bits of a float16 with the value of a float8 of 4 exponent and 3 fraction bits. */
  private static short halfOfE4M3(byte stored) {
    int sign = (stored & 0x80) << 8;
    int exponent = stored >> 3 & 0xF;
    int fraction = stored & 7;
    if ((stored & 0x7F) == 0x7F) {
      return (short) (sign | 0x7E00);
    }
    if (exponent == 0 && fraction == 0) {
      return (short) sign;
    }
    if (exponent == 0) { // fraction * 2^-9, which is a normal number of float16
      int top = 31 - Integer.numberOfLeadingZeros(fraction);
      int rest = fraction - (1 << top) << 10 - top;
      return (short) (sign | top - 9 + 15 << 10 | rest);
    }
    return (short) (sign | exponent - 7 + 15 << 10 | fraction << 7);
  }

  private static float powerOfTwo(int exponent) {
    return exponent == 0xFF ? Float.NaN : Math.scalb(1f, exponent - 127);
  }
}
