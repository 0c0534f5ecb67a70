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

  private static final Set<String> FOREIGN =
      Set.of("UInt16", "UInt32", "UInt64", "Int4", "Complex64", "Complex128");

  private ElementType() {}

  /** The dtype of that name, or null if there is none here. */
  static @Nullable DType dtype(String name) {
    for (DType t : DType.values()) {
      if (t.displayName().equals(name)) {
        return t;
      }
    }
    return null;
  }

  /** Whether MindSpore has that type and this library has not. */
  static boolean isForeign(String name) {
    return FOREIGN.contains(name);
  }

  static String supported() {
    return String.join(", ", Arrays.stream(DType.values()).map(DType::displayName).toList());
  }
}
