package dev.mycel.checkpoint;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.DType;
import dev.mycel.core.Generator;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Messages;
import dev.mycel.core.Ops;
import dev.mycel.core.Tensor;
import dev.mycel.core.Variable;
import dev.mycel.nn.Parameter;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Collects what is to be written, and refuses what cannot be, before a file is touched. */
final class Items {
  /** Longer ones could not be parameters' names again. */
  static final int LONGEST_NAME = 1024;

  private static final String SAVE = "saveCheckpoint";

  private final String op;
  private final List<Item> items = new ArrayList<>();
  private final Set<String> names = new HashSet<>();

  /** For the operation of that name, for messages. */
  Items(String op) {
    this.op = op;
  }

  void addParameters(List<Parameter> parameters, Predicate<String> choice) {
    for (Parameter p : parameters) {
      if (p == null) {
        throw new ArgumentException(op + ": a parameter in the list is null");
      }
      if (choice.test(p.name())) {
        add(p.name(), p);
      }
    }
  }

  void addAll(Map<String, ?> entries, Predicate<String> choice) {
    for (Map.Entry<String, ?> e : entries.entrySet()) {
      if (e.getKey() == null) {
        throw new ArgumentException(op + ": a name in the map is null");
      }
      if (choice.test(e.getKey())) {
        add(e.getKey(), e.getValue());
      }
    }
  }

  /** Maps of a name and its data. */
  void addListed(Collection<? extends Map<String, ?>> entries, Predicate<String> choice) {
    for (Map<String, ?> entry : entries) {
      boolean two = entry != null && entry.keySet().equals(Set.of("name", "data"));
      if (!two
          || !(entry.get("name") instanceof String name)
          || !(entry.get("data") instanceof Tensor || entry.get("data") instanceof Variable)) {
        throw new ArgumentException(
            Messages.of(op + ": an element of the list is no named value")
                .line("keys    ", entry == null ? "null" : entry.keySet())
                .line("expected", "name, a string, and data, a tensor or parameter")
                .hint("or give one map of names to values")
                .text());
      }
      if (choice.test(name)) {
        add(name, entry.get("data"));
      }
    }
  }

  /** What was collected, which may be nothing. */
  List<Item> collected() {
    return items;
  }

  List<Item> all() {
    if (items.isEmpty()) {
      throw new ArgumentException(
          Messages.of(op + ": there is nothing to save")
              .hint("the cell or map is empty, or the choice leaves everything out")
              .text());
    }
    return items;
  }

  /** Collects one value. */
  void add(String name, @Nullable Object value) {
    checkName(name);
    if (value instanceof Variable v) {
      items.add(numbers(name, v.value()));
    } else if (value instanceof Tensor t) {
      items.add(numbers(name, t));
    } else if (value instanceof Generator g) {
      items.add(numbers(name, g.getState()));
    } else if (value instanceof TensorSource s) {
      items.add(new Item.Numbers(name, s.dtype(), s.shape(), () -> made(name, s)));
    } else if (value instanceof String s) {
      encoded(op, s, "the text of '" + Problems.shortened(name) + "'");
      items.add(new Item.Text(name, s));
    } else if (value instanceof Boolean b) {
      items.add(numbers(name, Ops.scalar(b ? 1 : 0, DType.BOOL)));
    } else if (value instanceof Float || value instanceof Double) {
      items.add(numbers(name, Ops.scalar(((Number) value).doubleValue(), DType.FLOAT32)));
    } else if (value instanceof Number number && isWhole(value)) {
      items.add(numbers(name, whole(number.longValue())));
    } else {
      throw new ArgumentException(
          Messages.of(op + ": the value of '" + Problems.shortened(name) + "' cannot be saved")
              .line("value", value == null ? "null" : value.getClass().getName())
              .hint("save parameters, tensors, generators, strings, numbers or booleans")
              .text());
    }
  }

  private static boolean isWhole(@Nullable Object value) {
    return value instanceof Integer
        || value instanceof Long
        || value instanceof Short
        || value instanceof Byte;
  }

  private static Tensor whole(long value) {
    return Interpreters.root()
        .fromHost(new long[] {value}, DType.INT64, dev.mycel.core.Shape.scalar());
  }

  private Tensor made(String name, TensorSource source) {
    Tensor tensor = source.content().get();
    if (tensor.dtype() != source.dtype() || !tensor.shape().equals(source.shape())) {
      throw new ArgumentException(
          Messages.of(op + ": the source of '" + Problems.shortened(name) + "' made another tensor")
              .line("announced", source.dtype() + source.shape().toString())
              .line("made     ", tensor.type())
              .text());
    }
    return Interpreters.lowerToRoot(tensor);
  }

  private static Item numbers(String name, Tensor tensor) {
    return new Item.Numbers(name, Interpreters.readable(tensor));
  }

  private void checkName(String name) {
    if (name.length() > LONGEST_NAME) {
      throw new ArgumentException(
          Messages.of(op + ": a name is too long")
              .line("characters", name.length())
              .line("allowed   ", LONGEST_NAME)
              .line("name      ", Problems.shortened(name))
              .text());
    }
    encoded(op, name, "the name '" + Problems.shortened(name) + "'");
    if (!names.add(name)) {
      throw new ArgumentException(
          Messages.of(op + ": two entries are called '" + Problems.shortened(name) + "'")
              .hint("give each a name of its own")
              .text());
    }
  }

  /** The text in UTF-8; halves of characters are refused, not replaced. */
  static byte[] encoded(String text, String what) {
    return encoded(SAVE, text, what);
  }

  private static byte[] encoded(String op, String text, String what) {
    try {
      ByteBuffer bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
      byte[] array = new byte[bytes.remaining()];
      bytes.get(array);
      return array;
    } catch (CharacterCodingException e) {
      throw new CheckpointException(
          Messages.of(op + ": " + what + " is no valid Unicode")
              .hint("it has half of a surrogate pair")
              .text(),
          e);
    }
  }
}
