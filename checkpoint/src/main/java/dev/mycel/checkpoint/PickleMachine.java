package dev.mycel.checkpoint;

import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Carries out the opcodes of a pickle that make data, after Python's {@code pickletools}. What
 * protocols 2 to 5 use for plain containers, scalars, tensors and storages is known; every other
 * opcode is refused by its name. Names of functions and classes are looked up in a fixed table by
 * {@link TorchObjects}, never in the class path. The work is linear in the length of the pickle.
 */
final class PickleMachine {
  /** Longest integer: enough for every number that is meant. */
  private static final int LONGEST_INTEGER = 1024;

  /** Values that may be made for each entry that {@link Limits} allows. */
  private static final int VALUES_PER_ENTRY = 8;

  private final PickleInput in;
  private final TorchObjects objects;
  private final long mostValues;
  private final List<PickleValue> stack = new ArrayList<>();
  private final Map<Long, PickleValue> memo = new HashMap<>();
  private int[] marks = new int[16];
  private int markCount;
  private long values;

  PickleMachine(PickleInput in, TorchObjects objects, Limits limits) {
    this.in = in;
    this.objects = objects;
    this.mostValues = (long) VALUES_PER_ENTRY * limits.entries;
  }

  /** The value of the pickle; the input stands behind STOP then. */
  PickleValue run() throws IOException {
    checkStart();
    for (PickleOp op = in.opcode(); op != PickleOp.STOP; op = in.opcode()) {
      if (!scalar(op) && !container(op) && !stackOrMemo(op)) {
        object(op);
      }
    }
    if (stack.size() != 1 || markCount != 0) {
      throw in.damaged("STOP finds " + stack.size() + " values on the stack, not one");
    }
    return stack.get(0);
  }

  private void checkStart() throws IOException {
    if (in.opcode() != PickleOp.PROTO) {
      throw in.damaged("the pickle does not begin with its protocol");
    }
    int protocol = in.u1();
    if (protocol < 2 || protocol > 5) {
      throw in.refuse(
          "the pickle has protocol " + protocol,
          "protocols 2 to 5 are read; torch.save writes 2 if it is not told otherwise");
    }
  }

  // ---- scalars ----------------------------------------------------------------------------------

  private boolean scalar(PickleOp op) throws IOException {
    switch (op) {
      case NONE -> stack.add(PickleValue.None.NONE);
      case NEWTRUE -> stack.add(PickleValue.Bool.TRUE);
      case NEWFALSE -> stack.add(PickleValue.Bool.FALSE);
      case BININT -> push(PickleValue.Int.of(in.i4()));
      case BININT1 -> push(PickleValue.Int.of(in.u1()));
      case BININT2 -> push(PickleValue.Int.of(in.u2()));
      case LONG1 -> push(integer(in.u1()));
      case LONG4 -> push(integer(in.i4()));
      case INT -> decimal(in.line(LONGEST_INTEGER), false);
      case LONG -> decimal(in.line(LONGEST_INTEGER), true);
      case BINFLOAT -> push(new PickleValue.Real(in.f8()));
      case SHORT_BINSTRING, SHORT_BINUNICODE -> push(new PickleValue.Text(in.text(in.u1())));
      case BINSTRING -> push(new PickleValue.Text(in.text(in.i4())));
      case BINUNICODE -> push(new PickleValue.Text(in.text(in.u4())));
      case BINUNICODE8 -> push(new PickleValue.Text(in.text(in.i8())));
      case SHORT_BINBYTES -> push(new PickleValue.Bytes(in.bytes(in.u1())));
      case BINBYTES -> push(new PickleValue.Bytes(in.bytes(in.u4())));
      case BINBYTES8, BYTEARRAY8 -> push(new PickleValue.Bytes(in.bytes(in.i8())));
      default -> {
        return false;
      }
    }
    return true;
  }

  /** Two's complement, the lowest byte first. */
  private PickleValue integer(int length) throws IOException {
    if (length < 0 || length > LONGEST_INTEGER) {
      throw in.damaged(
          "an integer of "
              + Integer.toUnsignedString(length)
              + " bytes is announced, "
              + LONGEST_INTEGER
              + " are allowed");
    }
    byte[] bytes = in.bytes(length);
    for (int i = 0; i < length / 2; i++) {
      byte low = bytes[i];
      bytes[i] = bytes[length - 1 - i];
      bytes[length - 1 - i] = low;
    }
    return new PickleValue.Int(length == 0 ? BigInteger.ZERO : new BigInteger(bytes));
  }

  /** Digits; {@code 00} and {@code 01} are how old protocols write a bool. */
  private void decimal(String line, boolean isLong) {
    if (!isLong && (line.equals("00") || line.equals("01"))) {
      stack.add(line.equals("01") ? PickleValue.Bool.TRUE : PickleValue.Bool.FALSE);
      return;
    }
    String digits = isLong && line.endsWith("L") ? line.substring(0, line.length() - 1) : line;
    if (!digits.matches("-?[0-9]+")) {
      throw in.damaged("'" + Problems.shortened(line) + "' is no integer");
    }
    push(new PickleValue.Int(new BigInteger(digits)));
  }

  // ---- containers -------------------------------------------------------------------------------

  private boolean container(PickleOp op) {
    switch (op) {
      case EMPTY_LIST -> push(empty(PickleValue.Items.Kind.LIST));
      case EMPTY_TUPLE -> push(empty(PickleValue.Items.Kind.TUPLE));
      case EMPTY_SET -> push(empty(PickleValue.Items.Kind.SET));
      case EMPTY_DICT -> push(new PickleValue.Dict(false, in.at()));
      case LIST -> push(items(PickleValue.Items.Kind.LIST, popToMark(op)));
      case TUPLE -> push(items(PickleValue.Items.Kind.TUPLE, popToMark(op)));
      case FROZENSET -> push(items(PickleValue.Items.Kind.SET, popToMark(op)));
      case TUPLE1 -> push(items(PickleValue.Items.Kind.TUPLE, pop(op, 1)));
      case TUPLE2 -> push(items(PickleValue.Items.Kind.TUPLE, pop(op, 2)));
      case TUPLE3 -> push(items(PickleValue.Items.Kind.TUPLE, pop(op, 3)));
      case DICT -> {
        PickleValue.Dict dict = new PickleValue.Dict(false, in.at());
        putAll(op, dict, popToMark(op));
        push(dict);
      }
      case APPEND -> append(op, PickleValue.Items.Kind.LIST, pop(op, 1));
      case APPENDS -> append(op, PickleValue.Items.Kind.LIST, popToMark(op));
      case ADDITEMS -> append(op, PickleValue.Items.Kind.SET, popToMark(op));
      case SETITEM -> set(op, pop(op, 2));
      case SETITEMS -> set(op, popToMark(op));
      default -> {
        return false;
      }
    }
    return true;
  }

  private PickleValue.Items empty(PickleValue.Items.Kind kind) {
    return PickleValue.Items.empty(kind, in.at());
  }

  private PickleValue.Items items(PickleValue.Items.Kind kind, List<PickleValue> items) {
    return new PickleValue.Items(kind, items, in.at());
  }

  private void append(PickleOp op, PickleValue.Items.Kind kind, List<PickleValue> more) {
    PickleValue target = top(op);
    if (!(target instanceof PickleValue.Items list) || !list.is(kind)) {
      throw in.damaged(op + " on " + target.kind());
    }
    list.items().addAll(more);
  }

  private void set(PickleOp op, List<PickleValue> pairs) {
    PickleValue target = top(op);
    if (!(target instanceof PickleValue.Dict dict)) {
      throw in.damaged(op + " on " + target.kind());
    }
    putAll(op, dict, pairs);
  }

  private void putAll(PickleOp op, PickleValue.Dict dict, List<PickleValue> pairs) {
    if (pairs.size() % 2 != 0) {
      throw in.damaged(op + " has a key without a value");
    }
    for (int i = 0; i < pairs.size(); i += 2) {
      objects.put(dict, pairs.get(i), pairs.get(i + 1));
    }
  }

  // ---- stack and memo ---------------------------------------------------------------------------

  private boolean stackOrMemo(PickleOp op) throws IOException {
    switch (op) {
      case MARK -> mark();
      case POP -> popOrUnmark(op);
      case POP_MARK -> popToMark(op);
      case DUP -> stack.add(top(op));
      case BINGET -> recall(in.u1());
      case LONG_BINGET -> recall(in.u4());
      case BINPUT -> remember(op, in.u1());
      case LONG_BINPUT -> remember(op, in.u4());
      case MEMOIZE -> remember(op, memo.size());
      case FRAME -> {
        long length = in.i8();
        if (length < 0 || length > in.left()) {
          throw in.damaged(
              "a frame of "
                  + Long.toUnsignedString(length)
                  + " bytes is announced, the pickle has "
                  + in.left()
                  + " left");
        }
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  private void mark() {
    if (markCount == marks.length) {
      marks = Arrays.copyOf(marks, 2 * markCount);
    }
    countValue();
    marks[markCount++] = stack.size();
  }

  private void popOrUnmark(PickleOp op) {
    if (markCount > 0 && marks[markCount - 1] == stack.size()) {
      markCount--;
    } else {
      pop(op, 1);
    }
  }

  private void recall(long slot) {
    PickleValue value = memo.get(slot);
    if (value == null) {
      throw in.damaged("the memo has nothing at " + slot);
    }
    stack.add(value);
  }

  private void remember(PickleOp op, long slot) {
    countValue();
    memo.put(slot, top(op));
  }

  // ---- objects ----------------------------------------------------------------------------------

  private void object(PickleOp op) throws IOException {
    switch (op) {
      case GLOBAL -> {
        String module = in.line(LONGEST_INTEGER);
        push(objects.global(module, in.line(LONGEST_INTEGER)));
      }
      case STACK_GLOBAL -> {
        List<PickleValue> names = pop(op, 2);
        if (!(names.get(0) instanceof PickleValue.Text module)
            || !(names.get(1) instanceof PickleValue.Text name)) {
          throw in.damaged("STACK_GLOBAL needs two strings");
        }
        push(objects.global(module.text(), name.text()));
      }
      case REDUCE -> {
        List<PickleValue> call = pop(op, 2);
        push(objects.call(call.get(0), call.get(1)));
      }
      case BUILD -> {
        PickleValue state = pop(op, 1).get(0);
        objects.build(top(op), state);
      }
      case BINPERSID -> push(objects.storage(pop(op, 1).get(0)));
      default ->
          throw in.refuse(
              "the opcode " + op + " is not allowed",
              "save a dict of tensors, for example model.state_dict(), and no other object");
    }
  }

  // ---- the stack --------------------------------------------------------------------------------

  private void push(PickleValue value) {
    countValue();
    stack.add(value);
  }

  private void countValue() {
    values++;
    if (values > mostValues) {
      throw in.refuse(
          "the pickle has more than " + mostValues + " values",
          "if it shall have so many, raise Limits.entries");
    }
  }

  private int floor() {
    return markCount == 0 ? 0 : marks[markCount - 1];
  }

  private PickleValue top(PickleOp op) {
    if (stack.size() <= floor()) {
      throw in.damaged(op + " finds no value on the stack");
    }
    return stack.get(stack.size() - 1);
  }

  private List<PickleValue> pop(PickleOp op, int count) {
    int there = stack.size() - floor();
    if (there < count) {
      throw in.damaged(op + " needs " + count + " values on the stack, there are " + there);
    }
    return cut(stack.size() - count);
  }

  private List<PickleValue> popToMark(PickleOp op) {
    if (markCount == 0) {
      throw in.damaged(op + " finds no mark on the stack");
    }
    return cut(marks[--markCount]);
  }

  private List<PickleValue> cut(int from) {
    List<PickleValue> tail = stack.subList(from, stack.size());
    List<PickleValue> cut = new ArrayList<>(tail);
    tail.clear();
    return cut;
  }
}
