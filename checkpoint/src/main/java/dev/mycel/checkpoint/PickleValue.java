package dev.mycel.checkpoint;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a pickle may hold. All of it is data: there is nothing here that could be run. */
sealed interface PickleValue {
  /** What it is, for messages. */
  String kind();

  /** Python's None. */
  enum None implements PickleValue {
    NONE;

    @Override
    public String kind() {
      return "None";
    }
  }

  /** A string. */
  record Text(String text) implements PickleValue {
    @Override
    public String kind() {
      return "a string";
    }
  }

  /** An integer of any size. */
  record Int(BigInteger value) implements PickleValue {
    static Int of(long value) {
      return new Int(BigInteger.valueOf(value));
    }

    @Override
    public String kind() {
      return "an integer";
    }
  }

  /** A float. */
  record Real(double value) implements PickleValue {
    @Override
    public String kind() {
      return "a float";
    }
  }

  /** A bool. */
  enum Bool implements PickleValue {
    FALSE,
    TRUE;

    @Override
    public String kind() {
      return "a bool";
    }
  }

  /** Bytes. */
  record Bytes(byte[] bytes) implements PickleValue {
    @Override
    public String kind() {
      return "bytes";
    }
  }

  /** An element type as a value. */
  record Dtype(TorchType type) implements PickleValue {
    @Override
    public String kind() {
      return "a dtype";
    }
  }

  /** A list, a tuple or a set. */
  final class Items implements PickleValue {
    /** Which of them. */
    enum Kind {
      LIST,
      TUPLE,
      SET
    }

    private final Kind kind;
    private final List<PickleValue> items;
    private final long at;
    private boolean onPath;

    Items(Kind kind, List<PickleValue> items, long at) {
      this.kind = kind;
      this.items = items;
      this.at = at;
    }

    static Items empty(Kind kind, long at) {
      return new Items(kind, new ArrayList<>(0), at);
    }

    boolean is(Kind other) {
      return kind == other;
    }

    List<PickleValue> items() {
      return items;
    }

    /** Where the pickle makes it. */
    long at() {
      return at;
    }

    @Override
    public String kind() {
      return switch (kind) {
        case LIST -> "a list";
        case TUPLE -> "a tuple";
        case SET -> "a set";
      };
    }

    /** Marks it as one that a walk is in, and tells whether it was already. */
    boolean enter() {
      boolean before = onPath;
      onPath = true;
      return before;
    }

    void leave() {
      onPath = false;
    }
  }

  /**
   * A dict. Keys are kept as the part of a name that they become: strings also resist being made to
   * collide, as a tree map of a bucket can order them.
   */
  final class Dict implements PickleValue {
    private final boolean ordered;
    private final Map<String, PickleValue> items = new LinkedHashMap<>(4);
    private final long at;
    private boolean onPath;

    Dict(boolean ordered, long at) {
      this.ordered = ordered;
      this.at = at;
    }

    Map<String, PickleValue> items() {
      return items;
    }

    /** Whether it is an OrderedDict, which may have attributes. */
    boolean isOrdered() {
      return ordered;
    }

    /** Where the pickle makes it. */
    long at() {
      return at;
    }

    @Override
    public String kind() {
      return ordered ? "an OrderedDict" : "a dict";
    }

    boolean enter() {
      boolean before = onPath;
      onPath = true;
      return before;
    }

    void leave() {
      onPath = false;
    }
  }

  /** A function or class that is known here, named by the pickle. */
  record Global(String name, Role role, @Nullable TorchType type) implements PickleValue {
    /** What it stands for. */
    enum Role {
      TENSOR_V1,
      TENSOR_V2,
      TENSOR_V3,
      PARAMETER,
      PARAMETER_WITH_STATE,
      ORDERED_DICT,
      SET,
      SIZE,
      ENCODE,
      STORAGE
    }

    @Override
    public String kind() {
      return "the name " + name;
    }
  }

  /**
   * A storage: a flat array that tensors look at.
   *
   * @param key its name in the file
   * @param type type of its elements
   * @param start where this part begins, in elements; 0 but for parts of storages in old files
   * @param count elements of this part
   * @param whole elements of the whole storage
   */
  record Storage(String key, TorchType type, long start, long count, long whole)
      implements PickleValue {
    /** Bytes of the whole storage. */
    long bytes() {
      return whole * type.bytes();
    }

    @Override
    public String kind() {
      return "a storage";
    }
  }

  /**
   * A tensor: a view of a storage.
   *
   * @param offset where its first element stands in the whole storage, in elements of its type
   * @param count number of its elements
   * @param at where the pickle makes it
   */
  record View(
      TorchType type,
      Storage storage,
      long offset,
      List<Long> shape,
      List<Long> strides,
      long count,
      long at)
      implements PickleValue {
    /** Bytes of its elements side by side. */
    long bytes() {
      return count * type.bytes();
    }

    @Override
    public String kind() {
      return "a tensor";
    }
  }
}
