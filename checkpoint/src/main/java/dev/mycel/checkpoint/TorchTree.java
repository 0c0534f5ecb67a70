package dev.mycel.checkpoint;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The leaves of nested dicts, lists, tuples and sets, whose keys and positions are joined by dots.
 * Containers that hold themselves, nest too deep or are named again and again are refused, with the
 * place of the container in the pickle.
 */
final class TorchTree {
  private static final int STEPS_PER_ENTRY = 8;

  private final PickleInput in;
  private final Limits limits;
  private final Map<String, PickleValue.View> tensors = new LinkedHashMap<>();
  private final Map<String, String> texts = new LinkedHashMap<>();
  private final Deque<Frame> path = new ArrayDeque<>();
  private final StringBuilder name = new StringBuilder();
  private long at;
  private long steps;
  private long characters;

  private TorchTree(PickleInput in, Limits limits) {
    this.in = in;
    this.limits = limits;
  }

  /** The leaves of a value that a pickle gave. */
  static TorchTree of(PickleValue root, PickleInput in, Limits limits) {
    TorchTree tree = new TorchTree(in, limits);
    tree.walk(root);
    return tree;
  }

  /** Tensors by name, in the pickle's order. */
  Map<String, PickleValue.View> tensors() {
    return tensors;
  }

  /** All other leaves as texts, by name. */
  Map<String, String> texts() {
    return texts;
  }

  private void walk(PickleValue root) {
    visit(root);
    while (!path.isEmpty()) {
      Frame frame = path.getLast();
      name.setLength(frame.nameLength);
      at = frame.at;
      if (frame.keys != null && frame.keys.hasNext()) {
        Map.Entry<String, PickleValue> next = frame.keys.next();
        dot(next.getKey());
        visit(next.getValue());
      } else if (frame.items != null && frame.items.hasNext()) {
        dot(String.valueOf(frame.position++));
        visit(frame.items.next());
      } else {
        path.removeLast();
        frame.leave.run();
      }
    }
  }

  private void dot(String part) {
    if (part.length() > limits.headerBytes - name.length()) {
      throw tooManyCharacters();
    }
    name.append(path.size() == 1 ? "" : ".").append(part);
  }

  private void visit(PickleValue value) {
    steps++;
    if (steps > (long) STEPS_PER_ENTRY * limits.entries) {
      throw in.refuse(
          at,
          "the values have more than " + STEPS_PER_ENTRY * (long) limits.entries + " names",
          "if there shall be so many, raise Limits.entries");
    }
    if (value instanceof PickleValue.Dict dict) {
      enter(dict.enter(), dict.kind(), dict.at());
      path.addLast(new Frame(dict.items().entrySet().iterator(), null, this, dict));
    } else if (value instanceof PickleValue.Items list) {
      enter(list.enter(), list.kind(), list.at());
      path.addLast(new Frame(null, list.items().iterator(), this, list));
    } else {
      leaf(value);
    }
  }

  private void enter(boolean inside, String kind, long made) {
    at = made;
    if (inside) {
      throw in.damaged(made, kind + " holds itself");
    }
    if (path.size() == limits.depth) {
      throw in.refuse(
          made,
          "dicts and lists are nested more than " + limits.depth + " deep",
          "if they shall be, raise Limits.depth");
    }
  }

  private void leaf(PickleValue value) {
    if (path.isEmpty()) {
      name.append(value instanceof PickleValue.View ? "tensor" : "value");
    }
    String called = name.toString();
    count(called.length());
    if (tensors.containsKey(called) || texts.containsKey(called)) {
      throw in.damaged(at, "two values are called '" + Problems.shortened(called) + "'");
    }
    if (tensors.size() + texts.size() == limits.entries) {
      throw in.refuse(
          at,
          "the file has more than " + limits.entries + " entries",
          "if it shall have so many, raise Limits.entries");
    }
    if (value instanceof PickleValue.View view) {
      tensors.put(called, view);
    } else {
      texts.put(called, text(value));
    }
  }

  private String text(PickleValue value) {
    if (value instanceof PickleValue.Text text) {
      return text.text();
    }
    String shown;
    if (value instanceof PickleValue.Int number) {
      shown = number.value().toString();
    } else if (value instanceof PickleValue.Real number) {
      shown = String.valueOf(number.value());
    } else if (value instanceof PickleValue.Bool flag) {
      shown = flag == PickleValue.Bool.TRUE ? "True" : "False";
    } else if (value instanceof PickleValue.None) {
      shown = "None";
    } else if (value instanceof PickleValue.Bytes bytes) {
      shown = bytes.bytes().length + " bytes";
    } else if (value instanceof PickleValue.Dtype dtype) {
      shown = "torch." + dtype.type().torchName();
    } else {
      throw in.refuse(
          at,
          "'" + Problems.shortened(name.toString()) + "' is " + value.kind(),
          "tensors, texts and numbers in dicts, lists and tuples are read");
    }
    count(shown.length());
    return shown;
  }

  private void count(int more) {
    characters += more;
    if (characters > limits.headerBytes) {
      throw tooManyCharacters();
    }
  }

  private CheckpointException tooManyCharacters() {
    return in.refuse(
        at,
        "the names of the values have more than " + limits.headerBytes + " characters",
        "if they shall have so many, raise Limits.headerBytes");
  }

  /** A container that the walk is in. */
  private static final class Frame {
    private final @Nullable Iterator<Map.Entry<String, PickleValue>> keys;
    private final @Nullable Iterator<PickleValue> items;
    private final int nameLength;
    private final long at;
    private final Runnable leave;
    private int position;

    Frame(
        @Nullable Iterator<Map.Entry<String, PickleValue>> keys,
        @Nullable Iterator<PickleValue> items,
        TorchTree tree,
        PickleValue container) {
      this.keys = keys;
      this.items = items;
      this.nameLength = tree.name.length();
      this.at = tree.at;
      this.leave =
          container instanceof PickleValue.Dict dict
              ? dict::leave
              : ((PickleValue.Items) container)::leave;
    }
  }
}
