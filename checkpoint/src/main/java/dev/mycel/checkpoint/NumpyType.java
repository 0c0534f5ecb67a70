package dev.mycel.checkpoint;

import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * An element type as NumPy writes it down: {@code <f4} is a float of four bytes, the lowest first.
 *
 * @param name what NumPy wrote, and in parentheses what that is if no tensor has it
 * @param stored how elements are stored, or null if they cannot be loaded
 * @param order the order of the bytes of an element
 * @param bytes bytes of an element, or -1 if only the content tells
 */
record NumpyType(String name, @Nullable StoredType stored, ByteOrder order, long bytes) {
  private static final int LONGEST_SIZE = 10;

  /** An element of several fields. */
  static final NumpyType STRUCTURED =
      new NumpyType("(structured)", null, ByteOrder.LITTLE_ENDIAN, -1);

  /** The type that a text stands for, or null if NumPy writes no such text. */
  static @Nullable NumpyType named(String descr) {
    if (descr.equals("bfloat16")) { // NumPy knows the name where ml_dtypes is imported
      return new NumpyType(descr, StoredType.BF16, ByteOrder.LITTLE_ENDIAN, 2);
    }
    if (descr.length() < 2 || "<>|".indexOf(descr.charAt(0)) < 0) {
      return null;
    }
    char kind = descr.charAt(1);
    String rest = descr.substring(2);
    if (kind == 'O') {
      boolean alone = rest.isEmpty() || rest.equals("4") || rest.equals("8");
      return alone ? foreign(descr, "object", -1) : null;
    }
    if (kind == 'M' || kind == 'm') {
      boolean time = rest.equals("8") || rest.startsWith("8[") && rest.endsWith("]");
      return time ? foreign(descr, kind == 'M' ? "datetime64" : "timedelta64", 8) : null;
    }
    long size = size(rest);
    if (size < 0) {
      return null;
    }
    return switch (kind) {
      case 'S' -> foreign(descr, "bytes", size);
      case 'U' -> foreign(descr, "str", 4 * size);
      case 'V' -> isBfloat16(descr) ? number(descr, "bfloat16") : foreign(descr, "void", size);
      case 'f' -> size == 12 || size == 16 ? foreign(descr, "long double", size) : number(descr);
      case 'c' ->
          size == 8 || size == 16 || size == 24 || size == 32
              ? foreign(descr, "complex", size)
              : null;
      case 'b', 'i', 'u' -> number(descr);
      default -> null;
    };
  }

  /** {@code ml_dtypes} writes it so; bytes without a meaning have {@code |} for an order. */
  private static boolean isBfloat16(String descr) {
    return descr.equals("<V2") || descr.equals(">V2");
  }

  private static NumpyType foreign(String descr, String what, long bytes) {
    return new NumpyType(descr + " (" + what + ")", null, order(descr), bytes);
  }

  private static @Nullable NumpyType number(String descr) {
    return number(descr, "");
  }

  private static @Nullable NumpyType number(String descr, String what) {
    StoredType stored = stored(descr.substring(1));
    if (stored == null || descr.charAt(0) == '|' && stored.bits() > 8) {
      return null;
    }
    String name = what.isEmpty() ? descr : descr + " (" + what + ")";
    return new NumpyType(name, stored, order(descr), stored.bits() / 8);
  }

  private static @Nullable StoredType stored(String kindAndSize) {
    return switch (kindAndSize) {
      case "b1" -> StoredType.BOOL;
      case "i1" -> StoredType.I8;
      case "i2" -> StoredType.I16;
      case "i4" -> StoredType.I32;
      case "i8" -> StoredType.I64;
      case "u1" -> StoredType.U8;
      case "u2" -> StoredType.U16;
      case "u4" -> StoredType.U32;
      case "u8" -> StoredType.U64;
      case "f1" -> StoredType.F8_E5M2; // the one float of a byte that ml_dtypes calls a float
      case "f2" -> StoredType.F16;
      case "f4" -> StoredType.F32;
      case "f8" -> StoredType.F64;
      case "V2" -> StoredType.BF16;
      default -> null;
    };
  }

  private static ByteOrder order(String descr) {
    return descr.charAt(0) == '>' ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
  }

  /** A number without sign or leading zeros, or -1. */
  private static long size(String digits) {
    if (digits.isEmpty()
        || digits.length() > LONGEST_SIZE
        || digits.length() > 1 && digits.startsWith("0")
        || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return -1;
    }
    return Long.parseLong(digits);
  }

  /** Bytes of that many elements, or -1 if they are beyond 2^63. */
  long bytes(long elements) {
    return elements < 0 || bytes > 0 && elements > Long.MAX_VALUE / bytes ? -1 : elements * bytes;
  }
}
