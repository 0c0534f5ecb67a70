package dev.mycel.checkpoint;

import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** PyTorch's element types under its names, and how they are stored. */
enum TorchType {
  FLOAT64(StoredType.F64),
  FLOAT32(StoredType.F32),
  FLOAT16(StoredType.F16),
  BFLOAT16(StoredType.BF16),
  INT64(StoredType.I64),
  INT32(StoredType.I32),
  INT16(StoredType.I16),
  INT8(StoredType.I8),
  UINT8(StoredType.U8),
  BOOL(StoredType.BOOL),
  UINT16(StoredType.U16),
  UINT32(StoredType.U32),
  UINT64(StoredType.U64),
  COMPLEX64(StoredType.C64),
  COMPLEX128(StoredType.C128),
  FLOAT8_E4M3FN(StoredType.F8_E4M3),
  FLOAT8_E4M3FNUZ(StoredType.F8_E4M3FNUZ),
  FLOAT8_E5M2(StoredType.F8_E5M2),
  FLOAT8_E5M2FNUZ(StoredType.F8_E5M2FNUZ),
  FLOAT8_E8M0FNU(StoredType.F8_E8M0);

  private static final Map<String, TorchType> STORAGES =
      Map.ofEntries(
          Map.entry("DoubleStorage", FLOAT64),
          Map.entry("FloatStorage", FLOAT32),
          Map.entry("HalfStorage", FLOAT16),
          Map.entry("BFloat16Storage", BFLOAT16),
          Map.entry("LongStorage", INT64),
          Map.entry("IntStorage", INT32),
          Map.entry("ShortStorage", INT16),
          Map.entry("CharStorage", INT8),
          Map.entry("ByteStorage", UINT8),
          Map.entry("BoolStorage", BOOL),
          Map.entry("ComplexFloatStorage", COMPLEX64),
          Map.entry("ComplexDoubleStorage", COMPLEX128),
          Map.entry("UntypedStorage", UINT8));

  private final StoredType stored;

  TorchType(StoredType stored) {
    this.stored = stored;
  }

  /** How elements are stored, and what they are loaded as. */
  StoredType stored() {
    return stored;
  }

  /** Bytes of an element. */
  int bytes() {
    return stored.bits() / 8;
  }

  /** The name in PyTorch, without {@code torch.}. */
  String torchName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The element type of a storage class; an untyped storage counts bytes. */
  static @Nullable TorchType ofStorage(String name) {
    return STORAGES.get(name);
  }

  /** The type of that name in PyTorch, for example {@code float32}. */
  static @Nullable TorchType ofName(String name) {
    for (TorchType t : values()) {
      if (t.torchName().equals(name)) {
        return t;
      }
    }
    return null;
  }
}
