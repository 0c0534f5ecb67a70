package dev.mycel.nn;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import dev.mycel.core.Tensor;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Checks what cells return. */
final class Outputs {
  private static final String HINT =
      "a cell returns what it computed: a tensor, or a record, list or map of tensors";

  private Outputs() {}

  /** The output, unless {@link #check} refuses it. */
  static <O> O checked(Cell<?, O> cell, O output) {
    check(cell, output);
    return output;
  }

  /** Refuses null, and structures that hold nothing: no gradient and no other cell can use them. */
  static void check(Cell<?, ?> cell, @Nullable Object output) {
    if (output instanceof Tensor) {
      return;
    }
    if (output == null) {
      throw new ArgumentException(
          Messages.of(cell.clsName() + ": construct returned null").hint(HINT).text());
    }
    if (isEmpty(output)) {
      throw new ArgumentException(
          Messages.of(cell.clsName() + ": construct returned no outputs")
              .line("returned", text(output))
              .hint(HINT)
              .text());
    }
  }

  private static String text(Object output) {
    return output instanceof Object[] array ? Arrays.toString(array) : output.toString();
  }

  private static boolean isEmpty(@Nullable Object tree) {
    if (tree == null) {
      return true;
    }
    if (tree instanceof Record record) {
      return record.getClass().getRecordComponents().length == 0;
    }
    if (tree instanceof Collection<?> all) {
      return allEmpty(all);
    }
    if (tree instanceof Map<?, ?> map) {
      return allEmpty(map.values());
    }
    if (tree instanceof Object[] array) {
      return allEmpty(Arrays.asList(array));
    }
    return tree instanceof Optional<?> maybe && isEmpty(maybe.orElse(null));
  }

  private static boolean allEmpty(Collection<?> parts) {
    for (Object part : parts) {
      if (!isEmpty(part)) {
        return false;
      }
    }
    return true;
  }
}
