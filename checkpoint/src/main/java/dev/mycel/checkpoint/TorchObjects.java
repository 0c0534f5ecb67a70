package dev.mycel.checkpoint;

import dev.mycel.checkpoint.PickleValue.Global.Role;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The few functions and classes that pickles of tensors name, as {@code torch/_utils.py} and {@code
 * torch/serialization.py} define them. They make descriptions of tensors; no content is read.
 */
final class TorchObjects {
  private static final int LONGEST_KEY = 64;
  private static final String SAVE_DICT =
      "nothing of a file is run here; save model.state_dict(), which holds tensors only";

  private final PickleInput in;
  private final Map<String, PickleValue.Storage> storages = new LinkedHashMap<>();
  private long copied;

  TorchObjects(PickleInput in) {
    this.in = in;
  }

  /** The storages that the pickle names, by key; those of one key agree. */
  Map<String, PickleValue.Storage> storages() {
    return storages;
  }

  /**
   * Counts what a call copies. Savers name each argument once, so that all copies together are no
   * longer than the pickle; more comes only from one long argument given again and again.
   */
  private void copy(long size) {
    copied += size;
    if (copied > in.length()) {
      throw in.damaged("the calls of the pickle copy more than it has bytes");
    }
  }

  // ---- names ------------------------------------------------------------------------------------

  /** What the pickle names, if it is known here. */
  PickleValue global(String module, String name) {
    PickleValue known = known(module, name);
    if (known == null) {
      String full = Problems.shortened(module) + "." + Problems.shortened(name);
      throw in.refuse("the pickle names " + full + ", which is not allowed", SAVE_DICT);
    }
    return known;
  }

  private static @Nullable PickleValue known(String module, String name) {
    Role role =
        switch (module + " " + name) {
          case "torch._utils _rebuild_tensor" -> Role.TENSOR_V1;
          case "torch._utils _rebuild_tensor_v2" -> Role.TENSOR_V2;
          case "torch._utils _rebuild_tensor_v3" -> Role.TENSOR_V3;
          case "torch._utils _rebuild_parameter" -> Role.PARAMETER;
          case "torch._utils _rebuild_parameter_with_state" -> Role.PARAMETER_WITH_STATE;
          case "collections OrderedDict" -> Role.ORDERED_DICT;
          case "builtins set", "__builtin__ set", "builtins frozenset", "__builtin__ frozenset" ->
              Role.SET;
          case "torch Size" -> Role.SIZE;
          case "_codecs encode" -> Role.ENCODE;
          default -> null;
        };
    if (role != null) {
      return new PickleValue.Global(module + "." + name, role, null);
    }
    boolean torch = module.equals("torch");
    boolean storage = torch || module.equals("torch.cuda") || module.equals("torch.storage");
    TorchType held = storage ? TorchType.ofStorage(name) : null;
    if (held != null) {
      return new PickleValue.Global(module + "." + name, Role.STORAGE, held);
    }
    TorchType type = torch ? TorchType.ofName(name) : null;
    return type == null ? null : new PickleValue.Dtype(type);
  }

  // ---- calls ------------------------------------------------------------------------------------

  /** What a call of a known function gives. */
  PickleValue call(PickleValue function, PickleValue arguments) {
    if (!(function instanceof PickleValue.Global global)
        || !(arguments instanceof PickleValue.Items args)
        || !args.is(PickleValue.Items.Kind.TUPLE)) {
      throw in.damaged(
          "REDUCE needs a function and a tuple, found "
              + function.kind()
              + " and "
              + arguments.kind());
    }
    List<PickleValue> given = args.items();
    return switch (global.role()) {
      case TENSOR_V1 -> tensor(global, counted(global, given, 4, 4), null);
      case TENSOR_V2 -> tensor(global, hooked(global, given, 6), null);
      case TENSOR_V3 -> {
        hooked(global, given, 7);
        yield tensor(global, given, dtype(global, given.get(6)));
      }
      case PARAMETER -> parameter(global, counted(global, given, 3, 3));
      case PARAMETER_WITH_STATE -> parameter(global, counted(global, given, 4, 4));
      case ORDERED_DICT -> orderedDict(counted(global, given, 0, 1));
      case SET ->
          new PickleValue.Items(
              PickleValue.Items.Kind.SET, only(global, counted(global, given, 0, 1)), in.at());
      case SIZE ->
          new PickleValue.Items(
              PickleValue.Items.Kind.TUPLE, only(global, counted(global, given, 1, 1)), in.at());
      case ENCODE -> encoded(global, counted(global, given, 2, 2));
      case STORAGE -> throw in.refuse("the pickle calls " + global.name(), SAVE_DICT);
    };
  }

  private List<PickleValue> counted(
      PickleValue.Global global, List<PickleValue> given, int least, int most) {
    if (given.size() < least || given.size() > most) {
      throw in.damaged(
          global.name()
              + " has "
              + given.size()
              + " arguments, expected "
              + (least == most ? "" + least : least + " or " + most));
    }
    return given;
  }

  /** Arguments with hooks at 5 and metadata at the end, both of which must say nothing. */
  private List<PickleValue> hooked(PickleValue.Global global, List<PickleValue> given, int least) {
    counted(global, given, least, least + 1);
    checkHooks(given.get(5));
    if (given.size() > least && given.get(least) instanceof PickleValue.Dict metadata) {
      copy(metadata.items().size());
      metadata
          .items()
          .forEach(
              (name, value) -> {
                if (value != PickleValue.Bool.FALSE) {
                  throw in.refuse(
                      "a tensor is marked '" + Problems.shortened(name) + "'",
                      "call resolve_conj() and resolve_neg() on it before it is saved");
                }
              });
    } else if (given.size() > least && given.get(least) != PickleValue.None.NONE) {
      throw in.damaged("the metadata of a tensor are " + given.get(least).kind());
    }
    return given;
  }

  private void checkHooks(PickleValue hooks) {
    if (!(hooks instanceof PickleValue.Dict dict)) {
      if (hooks != PickleValue.None.NONE) {
        throw in.damaged("the hooks of a tensor are " + hooks.kind());
      }
    } else if (!dict.items().isEmpty()) {
      throw in.refuse("a tensor has hooks", SAVE_DICT);
    }
  }

  private PickleValue parameter(PickleValue.Global global, List<PickleValue> given) {
    if (!(given.get(0) instanceof PickleValue.View view)) {
      throw in.damaged(global.name() + " needs a tensor, found " + given.get(0).kind());
    }
    checkHooks(given.get(2));
    return view;
  }

  private PickleValue orderedDict(List<PickleValue> given) {
    PickleValue.Dict dict = new PickleValue.Dict(true, in.at());
    if (given.isEmpty()) {
      return dict;
    }
    if (!(given.get(0) instanceof PickleValue.Items pairs)) {
      throw in.damaged("an OrderedDict is made of " + given.get(0).kind());
    }
    copy(pairs.items().size());
    for (PickleValue pair : pairs.items()) {
      if (!(pair instanceof PickleValue.Items two) || two.items().size() != 2) {
        throw in.damaged("an OrderedDict is made of a list with something that is no pair");
      }
      put(dict, two.items().get(0), two.items().get(1));
    }
    return dict;
  }

  private List<PickleValue> only(PickleValue.Global global, List<PickleValue> given) {
    if (given.isEmpty()) {
      return List.of();
    }
    if (!(given.get(0) instanceof PickleValue.Items items)) {
      throw in.damaged(global.name() + " needs a list or tuple, found " + given.get(0).kind());
    }
    copy(items.items().size());
    return new ArrayList<>(items.items());
  }

  /** Bytes, which protocol 2 writes as a text of which each character is a byte. */
  private PickleValue encoded(PickleValue.Global global, List<PickleValue> given) {
    copy(given.get(0) instanceof PickleValue.Text source ? source.text().length() : 0);
    if (given.get(0) instanceof PickleValue.Text text
        && given.get(1) instanceof PickleValue.Text coding
        && coding.text().equals("latin1")
        && text.text().chars().allMatch(c -> c < 256)) {
      return new PickleValue.Bytes(text.text().getBytes(StandardCharsets.ISO_8859_1));
    }
    throw in.damaged(global.name() + " needs a text of bytes and 'latin1'");
  }

  // ---- dicts ------------------------------------------------------------------------------------

  /** Sets a key that the dict does not have. */
  void put(PickleValue.Dict dict, PickleValue key, PickleValue value) {
    String name;
    if (key instanceof PickleValue.Text text) {
      name = text.text();
    } else if (key instanceof PickleValue.Int number) {
      name = number.value().toString();
    } else if (key instanceof PickleValue.Bool flag) {
      name = flag == PickleValue.Bool.TRUE ? "True" : "False";
    } else {
      throw in.refuse(
          "a key of a dict is " + key.kind(), "keys that are strings, integers or bools are read");
    }
    if (dict.items().putIfAbsent(name, value) != null) {
      throw in.damaged("a dict has the key '" + Problems.shortened(name) + "' twice");
    }
  }

  /** Attributes, which only an OrderedDict has: a state dict's {@code _metadata}. They are left. */
  void build(PickleValue target, PickleValue state) {
    if (!(target instanceof PickleValue.Dict dict) || !dict.isOrdered()) {
      throw in.refuse("BUILD on " + target.kind() + " is not allowed", SAVE_DICT);
    }
    if (!(state instanceof PickleValue.Dict)) {
      throw in.refuse("BUILD with " + state.kind() + " is not allowed", SAVE_DICT);
    }
  }

  // ---- storages ---------------------------------------------------------------------------------

  /** The storage of a persistent id: {@code ("storage", type, key, location, count[, view])}. */
  PickleValue storage(PickleValue id) {
    if (!(id instanceof PickleValue.Items tuple)
        || !tuple.is(PickleValue.Items.Kind.TUPLE)
        || tuple.items().size() < 5
        || tuple.items().size() > 6
        || !(tuple.items().get(0) instanceof PickleValue.Text tag)
        || !tag.text().equals("storage")) {
      throw in.damaged("BINPERSID names no storage");
    }
    List<PickleValue> parts = tuple.items();
    if (!(parts.get(1) instanceof PickleValue.Global kind)
        || kind.role() != Role.STORAGE
        || kind.type() == null) {
      throw in.damaged("the type of a storage is " + parts.get(1).kind());
    }
    if (!(parts.get(3) instanceof PickleValue.Text)) {
      throw in.damaged("the place of a storage is " + parts.get(3).kind());
    }
    String key = key(parts.get(2));
    long count = natural("the size of storage " + key, parts.get(4));
    if (count > Long.MAX_VALUE / kind.type().bytes()) {
      throw in.damaged("storage " + key + " has " + count + " elements, more than a file can");
    }
    PickleValue.Storage whole = new PickleValue.Storage(key, kind.type(), 0, count, count);
    PickleValue.Storage before = storages.putIfAbsent(key, whole);
    if (before != null && before.bytes() != whole.bytes()) {
      throw in.damaged(
          "storage " + key + " has " + whole.bytes() + " bytes, before it had " + before.bytes());
    }
    return parts.size() < 6 ? whole : part(whole, parts.get(5));
  }

  private String key(PickleValue given) {
    if (given instanceof PickleValue.Text key
        && key.text().length() <= LONGEST_KEY
        && key.text().matches("[0-9A-Za-z_]+")) {
      return key.text();
    }
    throw in.damaged(
        given instanceof PickleValue.Text key
            ? "'" + Problems.shortened(key.text()) + "' is no key of a storage"
            : "the key of a storage is " + given.kind());
  }

  /** Part of a storage, as PyTorch before 0.4 stored it: {@code (key, start, count)}, or None. */
  private PickleValue.Storage part(PickleValue.Storage whole, PickleValue view) {
    if (view == PickleValue.None.NONE) {
      return whole;
    }
    if (!(view instanceof PickleValue.Items tuple) || tuple.items().size() != 3) {
      throw in.damaged("the part of a storage is " + view.kind());
    }
    long start = natural("where a part of a storage begins", tuple.items().get(1));
    long count = natural("the size of a part of a storage", tuple.items().get(2));
    if (start > whole.count() || count > whole.count() - start) {
      throw in.damaged("a part of storage " + whole.key() + " lies outside of it");
    }
    return new PickleValue.Storage(whole.key(), whole.type(), start, count, whole.count());
  }

  // ---- tensors ----------------------------------------------------------------------------------

  private TorchType dtype(PickleValue.Global global, PickleValue given) {
    if (given instanceof PickleValue.Dtype dtype) {
      return dtype.type();
    }
    throw in.damaged(global.name() + " needs a dtype, found " + given.kind());
  }

  /** A view; all of it must lie inside its storage. */
  private PickleValue tensor(
      PickleValue.Global global, List<PickleValue> given, @Nullable TorchType dtype) {
    if (!(given.get(0) instanceof PickleValue.Storage storage)) {
      throw in.damaged(global.name() + " needs a storage, found " + given.get(0).kind());
    }
    TorchType type = dtype == null ? storage.type() : dtype;
    long offset = natural("the offset of a tensor", given.get(1));
    List<Long> shape = naturals("an extent", given.get(2));
    List<Long> strides = naturals("a stride", given.get(3));
    if (shape.size() != strides.size()) {
      throw in.damaged("a tensor has the shape " + shape + " and the strides " + strides);
    }
    long count = StoredTensors.elements(shape);
    if (count < 0 || count > Long.MAX_VALUE / type.bytes()) {
      throw in.damaged("the shape " + shape + " has more elements than a file can");
    }
    long held = storage.count() * storage.type().bytes() / type.bytes();
    long start = storage.start() * storage.type().bytes();
    if (start % type.bytes() != 0) {
      throw in.damaged("a tensor begins within an element of its storage");
    }
    checkInside(storage, offset, shape, strides, count, held);
    return new PickleValue.View(
        type, storage, start / type.bytes() + offset, shape, strides, count, in.at());
  }

  private void checkInside(
      PickleValue.Storage storage,
      long offset,
      List<Long> shape,
      List<Long> strides,
      long count,
      long held) {
    long last = offset;
    for (int i = 0; count > 0 && i < shape.size() && last < held; i++) {
      long steps = shape.get(i) - 1;
      long stride = strides.get(i);
      last = stride != 0 && steps > (held - last) / stride ? held : last + steps * stride;
    }
    if (count > 0 ? last >= held : offset > held) {
      throw in.damaged(
          "a tensor of shape "
              + shape
              + ", strides "
              + strides
              + " and offset "
              + offset
              + " lies outside of storage "
              + storage.key()
              + ", which has "
              + held
              + " elements");
    }
  }

  private List<Long> naturals(String what, PickleValue given) {
    if (!(given instanceof PickleValue.Items tuple)
        || tuple.items().size() > StoredTensors.MOST_AXES) {
      throw in.damaged(
          given instanceof PickleValue.Items tuple
              ? "a tensor has " + tuple.items().size() + " axes"
              : what + " stands in " + given.kind());
    }
    copy(tuple.items().size());
    List<Long> numbers = new ArrayList<>();
    for (PickleValue item : tuple.items()) {
      numbers.add(natural(what, item));
    }
    return List.copyOf(numbers);
  }

  private long natural(String what, PickleValue given) {
    if (!(given instanceof PickleValue.Int number)) {
      throw in.damaged(what + " is " + given.kind());
    }
    BigInteger value = number.value();
    if (value.signum() < 0 || value.bitLength() > 62) {
      throw in.damaged(what + " is " + Problems.shortened(value.toString()));
    }
    return value.longValue();
  }
}
