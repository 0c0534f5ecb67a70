package dev.mycel.checkpoint;

import dev.mycel.core.DType;
import java.util.Arrays;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The type names that stand in files. */
final class ElementType {
  /** Texts: four bytes a character, in UTF-32 with the lowest byte first. */
  static final String TEXT = "str";

  /** Opaque state of random operators, which only MindSpore's graph mode uses. */
  static final String RANDOM_OP = "random_op";

  private static final Set<String> FOREIGN = Set.of("Int4", "Complex64", "Complex128");

  private ElementType() {}

  /** The type of that name whose elements tensors can hold, or null if there is none here. */
  static @Nullable StoredType stored(String name) {
    return switch (name) {
      case "UInt16" -> StoredType.U16;
      case "UInt32" -> StoredType.U32;
      case "UInt64" -> StoredType.U64;
      default -> own(name);
    };
  }

  private static @Nullable StoredType own(String name) {
    for (DType t : DType.values()) {
      if (t.displayName().equals(name)) {
        return StoredType.of(t);
      }
    }
    return null;
  }

  /** Whether MindSpore has that type and this library has not. */
  static boolean isForeign(String name) {
    return FOREIGN.contains(name);
  }

  static String supported() {
    return String.join(", ", Arrays.stream(DType.values()).map(DType::displayName).toList())
        + ", UInt16, UInt32, UInt64";
  }
}
