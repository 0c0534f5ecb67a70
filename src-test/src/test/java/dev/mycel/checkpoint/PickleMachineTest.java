package dev.mycel.checkpoint;

import static dev.mycel.checkpoint.TorchSamples.cat;
import static dev.mycel.checkpoint.TorchSamples.global;
import static dev.mycel.checkpoint.TorchSamples.number;
import static dev.mycel.checkpoint.TorchSamples.pickle;
import static dev.mycel.checkpoint.TorchSamples.storage;
import static dev.mycel.checkpoint.TorchSamples.tensor;
import static dev.mycel.checkpoint.TorchSamples.text;
import static dev.mycel.checkpoint.TorchSamples.tuple;
import static dev.mycel.checkpoint.TorchSamples.u2;
import static dev.mycel.checkpoint.TorchSamples.u4;
import static dev.mycel.checkpoint.TorchSamples.u8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each opcode, one by one. */
class PickleMachineTest {
  private static PickleValue run(Limits limits, byte[] pickle) {
    Problems problems = new Problems("open", Path.of("sample.pt"));
    PickleInput in = new PickleInput(ByteSource.of(pickle), 0, 1 << 20, "a/data.pkl", problems);
    try {
      return new PickleMachine(in, new TorchObjects(in), limits).run();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static PickleValue run(Object... parts) {
    return run(Limits.defaults(), pickle(parts));
  }

  /** The leaves by name, as texts. */
  private static Map<String, String> leaves(Object... parts) {
    PickleInput in =
        new PickleInput(
            ByteSource.of(new byte[0]), 0, 0, null, new Problems("open", Path.of("sample.pt")));
    return TorchTree.of(run(parts), in, Limits.defaults()).texts();
  }

  private static String one(Object... parts) {
    return leaves(parts).get("value");
  }

  private static void refused(String part, Object... parts) {
    refusedAs(part, pickle(parts));
  }

  private static void refusedAs(String part, byte[] pickle) {
    CheckpointException e =
        assertThrows(CheckpointException.class, () -> run(Limits.defaults(), pickle));
    assertTrue(e.getMessage().contains(part), e.getMessage());
    assertTrue(e.getMessage().contains("offset"), e.getMessage());
    assertTrue(e.getMessage().contains("a/data.pkl"), e.getMessage());
  }

  @Test
  void integersOfAllOpcodesHaveTheirValues() {
    assertEquals("-2", one(PickleOp.BININT, u4(-2)));
    assertEquals("255", one(PickleOp.BININT1, 255));
    assertEquals("65535", one(PickleOp.BININT2, u2(65535)));
    assertEquals("0", one(PickleOp.LONG1, 0));
    assertEquals("-1", one(PickleOp.LONG1, 1, 255));
    assertEquals("128", one(PickleOp.LONG1, 2, 128, 0));
    assertEquals("-9223372036854775808", one(number(Long.MIN_VALUE)));
    assertEquals("256", one(PickleOp.LONG4, u4(2), 0, 1));
    assertEquals("-12", one(PickleOp.INT, "-12\n"));
    assertEquals("18446744073709551616", one(PickleOp.LONG, "18446744073709551616L\n"));
    assertEquals("True", one(PickleOp.INT, "01\n"));
    assertEquals("False", one(PickleOp.INT, "00\n"));
  }

  @Test
  void otherScalarsHaveTheirValues() {
    assertEquals("None", one(PickleOp.NONE));
    assertEquals("True", one(PickleOp.NEWTRUE));
    assertEquals("False", one(PickleOp.NEWFALSE));
    assertEquals("0.1", one(PickleOp.BINFLOAT, HexFormat.of().parseHex("3fb999999999999a")));
    assertEquals("3 bytes", one(PickleOp.SHORT_BINBYTES, 3, "abc"));
    assertEquals("3 bytes", one(PickleOp.BINBYTES, u4(3), "abc"));
    assertEquals("3 bytes", one(PickleOp.BINBYTES8, u8(3), "abc"));
    assertEquals("3 bytes", one(PickleOp.BYTEARRAY8, u8(3), "abc"));
    assertEquals("torch.bfloat16", one(global("torch", "bfloat16")));
  }

  @Test
  void stringsOfAllOpcodesHaveTheirText() {
    assertEquals("é中", one(text("é中")));
    assertEquals("ab", one(PickleOp.SHORT_BINUNICODE, 2, "ab"));
    assertEquals("ab", one(PickleOp.BINUNICODE8, u8(2), "ab"));
    assertEquals("ab", one(PickleOp.SHORT_BINSTRING, 2, "ab"));
    assertEquals("ab", one(PickleOp.BINSTRING, u4(2), "ab"));
    refused("no UTF-8", PickleOp.SHORT_BINUNICODE, 2, 0xc3, 0x28);
    refused("BINSTRING announces", PickleOp.BINSTRING, u4(-1));
  }

  @Test
  void containersHoldTheirItemsInOrder() {
    Object one = cat(PickleOp.BININT1, 1);
    Object two = cat(PickleOp.BININT1, 2);
    Map<String, String> pair = Map.of("0", "1", "1", "2");
    assertEquals(pair, leaves(PickleOp.EMPTY_LIST, one, PickleOp.APPEND, two, PickleOp.APPEND));
    assertEquals(pair, leaves(PickleOp.EMPTY_LIST, PickleOp.MARK, one, two, PickleOp.APPENDS));
    assertEquals(pair, leaves(PickleOp.MARK, one, two, PickleOp.LIST));
    assertEquals(pair, leaves(PickleOp.MARK, one, two, PickleOp.TUPLE));
    assertEquals(pair, leaves(PickleOp.MARK, one, two, PickleOp.FROZENSET));
    assertEquals(pair, leaves(PickleOp.EMPTY_SET, PickleOp.MARK, one, two, PickleOp.ADDITEMS));
    assertEquals(Map.of("0", "1"), leaves(one, PickleOp.TUPLE1));
    assertEquals(pair, leaves(one, two, PickleOp.TUPLE2));
    assertEquals(3, leaves(one, two, one, PickleOp.TUPLE3).size());
    assertEquals(Map.of(), leaves(PickleOp.EMPTY_TUPLE));
  }

  @Test
  void dictsNameTheirValues() {
    Object key = cat(PickleOp.BININT1, 7);
    Object value = cat(PickleOp.NONE);
    Map<String, String> expected = Map.of("7", "None");
    assertEquals(expected, leaves(PickleOp.EMPTY_DICT, key, value, PickleOp.SETITEM));
    assertEquals(
        expected, leaves(PickleOp.EMPTY_DICT, PickleOp.MARK, key, value, PickleOp.SETITEMS));
    assertEquals(expected, leaves(PickleOp.MARK, key, value, PickleOp.DICT));
    assertEquals(
        Map.of("True.a.b", "None"),
        leaves(
            PickleOp.MARK,
            PickleOp.NEWTRUE,
            cat(PickleOp.MARK, text("a.b"), value, PickleOp.DICT),
            PickleOp.DICT));
    refused("a key without a value", PickleOp.MARK, key, PickleOp.DICT);
    refused("the key '7' twice", PickleOp.MARK, key, value, key, value, PickleOp.DICT);
    refused(
        "a key of a dict is a tuple", PickleOp.MARK, PickleOp.EMPTY_TUPLE, value, PickleOp.DICT);
  }

  @Test
  void theMemoGivesBackWhatWasPutThere() {
    Object three = cat(PickleOp.BININT1, 3);
    assertEquals("3", one(three, PickleOp.BINPUT, 9, PickleOp.POP, PickleOp.BINGET, 9));
    assertEquals(
        "3", one(three, PickleOp.LONG_BINPUT, u4(-1), PickleOp.POP, PickleOp.LONG_BINGET, u4(-1)));
    assertEquals("3", one(three, PickleOp.MEMOIZE, PickleOp.POP, PickleOp.BINGET, 0));
    refused("the memo has nothing at 0", PickleOp.BINGET, 0);
    refused("the memo has nothing at 4294967295", PickleOp.LONG_BINGET, u4(-1));
    refused("BINPUT finds no value", PickleOp.BINPUT, 0);
  }

  @Test
  void theStackIsPoppedDownToItsMarksAndNoFurther() {
    assertEquals("True", one(PickleOp.NEWTRUE, PickleOp.NONE, PickleOp.POP));
    assertEquals("True", one(PickleOp.NEWTRUE, PickleOp.MARK, PickleOp.NONE, PickleOp.POP_MARK));
    assertEquals("True", one(PickleOp.NEWTRUE, PickleOp.MARK, PickleOp.POP));
    assertEquals(2, leaves(PickleOp.NEWTRUE, PickleOp.DUP, PickleOp.TUPLE2).size());
    refused("POP needs 1", PickleOp.POP);
    refused("DUP finds no value", PickleOp.DUP);
    refused("TUPLE finds no mark", PickleOp.TUPLE);
    refused("TUPLE2 needs 2 values on the stack, there are 1", PickleOp.NONE, PickleOp.TUPLE2);
    refused("there are 0", PickleOp.NONE, PickleOp.MARK, PickleOp.TUPLE1);
    refused("STOP finds 0 values");
    refused("STOP finds 2 values", PickleOp.NONE, PickleOp.NONE);
    refused("STOP finds", PickleOp.NONE, PickleOp.MARK);
    refused("APPEND on a tuple", PickleOp.EMPTY_TUPLE, PickleOp.NONE, PickleOp.APPEND);
    refused("ADDITEMS on a list", PickleOp.EMPTY_LIST, PickleOp.MARK, PickleOp.ADDITEMS);
    refused("SETITEM on a list", PickleOp.EMPTY_LIST, number(1), number(2), PickleOp.SETITEM);
  }

  @Test
  void protocolsTwoToFiveAreReadWithTheirFrames() {
    for (int protocol = 2; protocol <= 5; protocol++) {
      run(Limits.defaults(), cat(PickleOp.PROTO, protocol, PickleOp.NONE, PickleOp.STOP));
    }
    run(
        Limits.defaults(),
        cat(PickleOp.PROTO, 4, PickleOp.FRAME, u8(2), PickleOp.NONE, PickleOp.STOP));
    refusedAs("protocol 6", cat(PickleOp.PROTO, 6, PickleOp.NONE, PickleOp.STOP));
    refusedAs("does not begin with its protocol", cat(PickleOp.NONE, PickleOp.STOP));
    refused("PROTO is not allowed", PickleOp.PROTO, 2);
    refused("a frame of 18446744073709551615 bytes", PickleOp.FRAME, u8(-1));
    refused("a frame of 1000 bytes", PickleOp.FRAME, u8(1000));
  }

  /** What runs code, names classes by numbers, or belongs to protocols 0 and 1 alone. */
  private static final Set<PickleOp> REFUSED =
      EnumSet.of(
          PickleOp.FLOAT,
          PickleOp.PERSID,
          PickleOp.STRING,
          PickleOp.UNICODE,
          PickleOp.GET,
          PickleOp.PUT,
          PickleOp.INST,
          PickleOp.OBJ,
          PickleOp.NEWOBJ,
          PickleOp.NEWOBJ_EX,
          PickleOp.EXT1,
          PickleOp.EXT2,
          PickleOp.EXT4,
          PickleOp.NEXT_BUFFER,
          PickleOp.READONLY_BUFFER);

  @ParameterizedTest
  @EnumSource(PickleOp.class)
  void anOpcodeIsKnownOrRefusedByItsName(PickleOp op) {
    byte[] filler = cat(PickleOp.MARK, PickleOp.NONE, PickleOp.NONE, op, new byte[64]);
    if (REFUSED.contains(op)) {
      refused("the opcode " + op + " is not allowed", filler);
    } else if (op != PickleOp.PROTO) {
      try {
        run(filler);
      } catch (CheckpointException e) {
        assertTrue(!e.getMessage().contains("the opcode " + op), e.getMessage());
      }
    }
  }

  @Test
  void bytesThatAreNoOpcodeAreRefused() {
    int unknown = 0;
    for (int code = 0; code < 256; code++) {
      if (PickleOp.of(code) == null) {
        unknown++;
        refused(String.format("the byte 0x%02x is no opcode", code), code);
      }
    }
    assertEquals(256 - PickleOp.values().length, unknown);
  }

  @Test
  void namesAreKnownOrRefused() {
    for (String name : List.of("os system", "builtins eval", "torch load", "torch nn.Module")) {
      String[] parts = name.split(" ");
      String full = parts[0] + "." + parts[1];
      refused("names " + full, global(parts[0], parts[1]));
      refused("names " + full, text(parts[0]), text(parts[1]), PickleOp.STACK_GLOBAL);
    }
    refused("STACK_GLOBAL needs two strings", PickleOp.NONE, PickleOp.NONE, PickleOp.STACK_GLOBAL);
    refused("GLOBAL", PickleOp.GLOBAL, "x".repeat(2000));
    refused(
        "calls torch.FloatStorage",
        global("torch", "FloatStorage"),
        PickleOp.EMPTY_TUPLE,
        PickleOp.REDUCE);
    refused("REDUCE needs a function", PickleOp.NONE, PickleOp.EMPTY_TUPLE, PickleOp.REDUCE);
    refused("REDUCE needs a function", global("torch", "Size"), PickleOp.NONE, PickleOp.REDUCE);
  }

  @Test
  void functionsThatMakeContainersAreKnown() {
    byte[] two = tuple(number(1), number(2));
    Map<String, String> pair = Map.of("0", "1", "1", "2");
    for (String name : List.of("builtins set", "__builtin__ frozenset", "torch Size")) {
      String[] parts = name.split(" ");
      assertEquals(pair, leaves(global(parts[0], parts[1]), two, PickleOp.TUPLE1, PickleOp.REDUCE));
    }
    byte[] pairs = tuple(tuple(text("a"), number(1)), tuple(text("b"), number(2)));
    assertEquals(
        Map.of("a", "1", "b", "2"),
        leaves(global("collections", "OrderedDict"), pairs, PickleOp.TUPLE1, PickleOp.REDUCE));
    assertEquals(
        "2 bytes",
        one(global("_codecs", "encode"), tuple(text("aé"), text("latin1")), PickleOp.REDUCE));
    refused(
        "needs a text of bytes",
        global("_codecs", "encode"),
        tuple(text("a"), text("rot13")),
        PickleOp.REDUCE);
    refused(
        "something that is no pair",
        global("collections", "OrderedDict"),
        tuple(tuple(number(1))),
        PickleOp.TUPLE1,
        PickleOp.REDUCE);
  }

  @Test
  void onlyAnOrderedDictTakesAttributes() {
    byte[] ordered =
        cat(global("collections", "OrderedDict"), PickleOp.EMPTY_TUPLE, PickleOp.REDUCE);
    assertEquals(Map.of(), leaves(ordered, PickleOp.EMPTY_DICT, PickleOp.BUILD));
    refused("BUILD on a dict", PickleOp.EMPTY_DICT, PickleOp.EMPTY_DICT, PickleOp.BUILD);
    refused("BUILD with None", ordered, PickleOp.NONE, PickleOp.BUILD);
  }

  private static PickleValue.View view(byte[] storage, long offset, long[] shape, long[] strides) {
    return (PickleValue.View) run(tensor(storage, offset, shape, strides));
  }

  @Test
  void aTensorMustLieInsideItsStorage() {
    byte[] ten = storage("FloatStorage", "0", 10);
    assertEquals(10, view(ten, 0, new long[] {2, 5}, new long[] {5, 1}).count());
    assertEquals(3, view(ten, 9, new long[] {3}, new long[] {0}).count());
    assertEquals(0, view(ten, 10, new long[] {0, 1L << 40}, new long[] {1, 1}).count());
    assertEquals(1, view(ten, 9, new long[0], new long[0]).count());
    String outside = "lies outside of storage 0";
    refused(outside, tensor(ten, 1, new long[] {2, 5}, new long[] {5, 1}));
    refused(outside, tensor(ten, 10, new long[0], new long[0]));
    refused(outside, tensor(ten, 11, new long[] {0}, new long[] {1}));
    refused(outside, tensor(ten, 0, new long[] {3}, new long[] {1L << 61}));
    refused(outside, tensor(ten, 1L << 61, new long[] {2}, new long[] {1L << 61}));
    refused("a stride is -1", tensor(ten, 0, new long[] {2}, new long[] {-1}));
    refused("65 axes", tensor(ten, 0, new long[65], new long[65]));
    refused(
        "more elements than", tensor(ten, 0, new long[] {1L << 40, 1L << 40}, new long[] {0, 0}));
  }

  @Test
  void argumentsOfTensorsAreChecked() {
    byte[] v2 = global("torch._utils", "_rebuild_tensor_v2");
    refused("has 1 arguments, expected 6 or 7", v2, tuple(PickleOp.NONE), PickleOp.REDUCE);
    byte[] none = cat(PickleOp.NONE);
    refused(
        "needs a storage, found None",
        v2,
        tuple(none, none, none, none, none, none),
        PickleOp.REDUCE);
    byte[] one = storage("FloatStorage", "0", 1);
    byte[] empty = cat(PickleOp.EMPTY_TUPLE);
    byte[] conjugate = cat(PickleOp.MARK, text("conj"), PickleOp.NEWTRUE, PickleOp.DICT);
    refused(
        "is marked 'conj'",
        v2,
        tuple(one, number(0), empty, empty, PickleOp.NEWFALSE, none, conjugate),
        PickleOp.REDUCE);
    refused(
        "a tensor has hooks",
        v2,
        tuple(one, number(0), empty, empty, PickleOp.NEWFALSE, conjugate),
        PickleOp.REDUCE);
    refused(
        "needs a tensor, found None",
        global("torch._utils", "_rebuild_parameter"),
        tuple(none, none, none),
        PickleOp.REDUCE);
  }

  @Test
  void persistentIdsNameStorages() {
    refused("names no storage", PickleOp.NONE, PickleOp.BINPERSID);
    refused("names no storage", tuple(text("module")), PickleOp.BINPERSID);
    byte[] type = global("torch", "FloatStorage");
    byte[] cpu = text("cpu");
    refused(
        "the type of a storage is None",
        tuple(text("storage"), PickleOp.NONE, text("0"), cpu, number(1)),
        PickleOp.BINPERSID);
    refused(
        "'../x' is no key",
        tuple(text("storage"), type, text("../x"), cpu, number(1)),
        PickleOp.BINPERSID);
    refused(
        "the size of storage 0 is -1",
        tuple(text("storage"), type, text("0"), cpu, number(-1)),
        PickleOp.BINPERSID);
    refused("before it had 4", storage("FloatStorage", "0", 1), storage("FloatStorage", "0", 2));
    refused(
        "a part of storage 0 lies outside",
        tuple(
            text("storage"),
            type,
            text("0"),
            cpu,
            number(4),
            tuple(text("1"), number(3), number(2))),
        PickleOp.BINPERSID);
  }

  @Test
  void aPartOfAStorageIsCountedFromItsStart() {
    byte[] part =
        cat(
            tuple(
                text("storage"),
                global("torch.cuda", "FloatStorage"),
                text("0"),
                text("cuda:0"),
                number(8),
                tuple(text("1"), number(3), number(4))),
            PickleOp.BINPERSID);
    PickleValue.View view = view(part, 1, new long[] {3}, new long[] {1});
    assertEquals(4, view.offset());
    refused("lies outside", tensor(part, 2, new long[] {3}, new long[] {1}));
  }

  @Test
  void integersAndNamesHaveALongestLength() {
    refused("an integer of 1025 bytes", PickleOp.LONG4, u4(1025), new byte[1025]);
    refused("more than 1024 bytes", PickleOp.INT, "1".repeat(2000), "\n");
    refused("'1_0' is no integer", PickleOp.INT, "1_0\n");
  }

  @Test
  void valuesAreCountedAgainstTheLimit() {
    byte[] many = pickle(cat(PickleOp.MARK), "]".repeat(9), PickleOp.TUPLE);
    Limits one = Limits.defaults().entries(1);
    CheckpointException e = assertThrows(CheckpointException.class, () -> run(one, many));
    assertTrue(e.getMessage().contains("more than 8 values"), e.getMessage());
    assertTrue(e.getMessage().contains("Limits.entries"), e.getMessage());
  }

  @Test
  void callsCannotCopyOneLongArgumentAgainAndAgain() {
    byte[] argument =
        cat(text("x".repeat(1000)), text("latin1"), PickleOp.TUPLE2, PickleOp.BINPUT, 0);
    byte[] again =
        cat(global("_codecs", "encode"), PickleOp.BINGET, 0, PickleOp.REDUCE, PickleOp.POP);
    refused("copy more than it has bytes", argument, again, again, again);
  }
}
