package dev.mycel.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.checkpoint.names.MappedEntry;
import dev.mycel.checkpoint.names.NameMap;
import dev.mycel.checkpoint.names.NamePlan;
import dev.mycel.checkpoint.names.Transforms;
import dev.mycel.checkpoint.names.ValueForm;
import dev.mycel.checkpoint.names.ValueTransform;
import dev.mycel.core.ArgumentException;
import dev.mycel.core.DType;
import dev.mycel.core.Mycel;
import dev.mycel.core.Ops;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rules, their order, inverses and compositions, and maps that are written as text. */
class NameMapTest {
  private static final List<String> SEGMENTS = List.of("a", "b", "c1", "c2", "weight");

  @BeforeEach
  void onTheDefaultBackend() {
    Mycel.setBackend("onednn");
  }

  // ---- random maps ------------------------------------------------------------------------------

  private static String randomName(Random random) {
    List<String> parts = new ArrayList<>();
    for (int i = random.nextInt(3); i >= 0; i--) {
      parts.add(SEGMENTS.get(random.nextInt(SEGMENTS.size())));
    }
    return String.join(".", parts);
  }

  private static Map<String, Tensor> randomEntries(Random random) {
    Map<String, Tensor> entries = new LinkedHashMap<>();
    for (int i = 0; i < 12; i++) {
      float[] values = new float[64];
      for (int j = 0; j < values.length; j++) {
        values[j] = random.nextFloat();
      }
      entries.put(randomName(random), Tensor.of(values, 8, 8));
    }
    return entries;
  }

  private static ValueTransform randomTransform(Random random) {
    return switch (random.nextInt(5)) {
      case 0 -> Transforms.transpose();
      case 1 -> Transforms.reorder(random.nextInt(2), 2, 0, 3, 1);
      case 2 ->
          Transforms.expandDims(1).then(Transforms.permute(2, 0, 1)).then(Transforms.squeeze(2));
      case 3 ->
          Transforms.reshape(Shape.of(8, 8), Shape.of(4, 16))
              .then(Transforms.reshape(Shape.of(4, 16), Shape.of(8, 8)));
      default -> Transforms.identity();
    };
  }

  /** A pattern that fits a name, and the same with another beginning. */
  private static String[] randomPattern(Random random, String name, String begin) {
    String[] parts = name.split("\\.", -1);
    int at = random.nextInt(parts.length);
    switch (random.nextInt(4)) {
      case 0 -> parts[at] = "*";
      case 1 -> parts[at] = parts[at].charAt(0) + (parts[at].length() > 1 ? "*" : "");
      case 2 -> parts[at] = "**";
      default -> {
        // as it is
      }
    }
    String pattern = String.join(".", parts);
    return new String[] {pattern, begin + "." + pattern};
  }

  /** Rules that map names of the alphabet to such as begin differently for each rule. */
  private static NameMap randomMap(Random random, Map<String, Tensor> entries, String mark) {
    NameMap.Builder map = NameMap.builder();
    List<String> names = List.copyOf(entries.keySet());
    for (int i = random.nextInt(6); i >= 0; i--) {
      String begin = mark + i;
      String name = names.get(random.nextInt(names.size()));
      String[] pattern = randomPattern(random, name, begin);
      switch (random.nextInt(5)) {
        case 0 -> map.replacePrefix(name.substring(0, 1), begin);
        case 1 -> map.split(pattern[0], 0, List.of(pattern[1] + ".x", pattern[1] + ".y"));
        case 2 -> map.split(pattern[0], 1, List.of(pattern[1] + ".x", pattern[1] + ".y"), 3, 5);
        case 3 -> {
          String other = names.get(random.nextInt(names.size()));
          if (!other.equals(name)) {
            map.concat(List.of(name, other), random.nextInt(2), begin + "." + name);
          }
        }
        default -> map.name(pattern[0], pattern[1], randomTransform(random));
      }
    }
    return map.build();
  }

  private static void assertSame(
      long seed, Map<String, Tensor> expected, Map<String, Tensor> found) {
    assertEquals(
        List.copyOf(new TreeMap<>(expected).keySet()),
        List.copyOf(new TreeMap<>(found).keySet()),
        "seed " + seed);
    expected.forEach(
        (name, value) ->
            SafetensorsTest.assertSame(name + ", seed " + seed, value, found.get(name)));
  }

  @Test
  void theInverseOfARandomMapBringsNamesAndValuesBack() {
    for (long seed = 1; seed <= 400; seed++) {
      Random random = new Random(seed);
      Map<String, Tensor> entries = randomEntries(random);
      NameMap map = randomMap(random, entries, "y");
      Map<String, Tensor> there = map.apply(entries);
      assertSame(seed, entries, map.inverse().apply(there));
      assertSame(seed, there, map.inverse().inverse().apply(entries));
    }
  }

  @Test
  void compositionIsOneMapAfterTheOtherAndInvertsInTurn() {
    for (long seed = 1; seed <= 200; seed++) {
      Random random = new Random(seed);
      Map<String, Tensor> entries = randomEntries(random);
      NameMap first = randomMap(random, entries, "y");
      Map<String, Tensor> halfway = first.apply(entries);
      NameMap.Builder more = NameMap.builder();
      for (String name : halfway.keySet()) {
        if (random.nextBoolean()) {
          more.name(name, "z." + name, Transforms.transpose());
        }
      }
      NameMap second = more.addPrefix("w.").build();
      NameMap both = first.then(second);
      Map<String, Tensor> there = second.apply(halfway);
      assertSame(seed, there, both.apply(entries));
      assertSame(seed, entries, both.inverse().apply(there));
    }
  }

  @Test
  void aRandomMapReadsItsOwnText() {
    for (long seed = 1; seed <= 200; seed++) {
      Random random = new Random(seed);
      Map<String, Tensor> entries = randomEntries(random);
      NameMap map =
          randomMap(random, entries, "y").then(NameMap.builder().addPrefix("axis ").build());
      NameMap read = NameMap.parse(map.toString());
      assertEquals(map.toString(), read.toString(), "seed " + seed);
      assertSame(seed, map.apply(entries), read.apply(entries));
      NameMap back = map.inverse();
      assertEquals(back.toString(), NameMap.parse(back.toString()).toString(), "seed " + seed);
    }
  }

  // ---- rules ------------------------------------------------------------------------------------

  private static List<String> renamed(String text, String... names) {
    return NameMap.parse(text).plan(List.of(names)).entries().stream()
        .map(MappedEntry::name)
        .toList();
  }

  @Test
  void theFirstRuleThatMatchesDecides() {
    String rules = "name a.b -> x\nname a.* -> y.*\nprefix a. -> z.\nothers keep\n";
    assertEquals(
        List.of("x", "y.c", "z.c.d", "b.a", "a"),
        renamed(rules, "a.b", "a.c", "a.c.d", "b.a", "a"));
    NameMap back = NameMap.parse(rules).inverse();
    NamePlan plan = back.plan(List.of("x", "y.c", "y.b", "z.c.d", "z.c"));
    assertEquals(
        List.of("a.b", "a.c", "y.b", "a.c.d", "z.c"),
        plan.entries().stream().map(MappedEntry::name).toList(),
        "y.b and z.c are no results of the map");
  }

  @Test
  void starsStandForPartsOfNames() {
    assertEquals(
        List.of("l1.w", "l.w", "h.12.q.w"),
        renamed(
            "name l*.weight -> l*.w\nname **.weight -> **.w",
            "l1.weight",
            "l.weight",
            "h.12.q.weight"));
    assertEquals(List.of("b.2.x", "a.b"), renamed("name a.*.** -> b.*.**", "a.2.x", "a.b"));
    assertEquals(
        List.of("a.1.qk", "b.q", "b.k"),
        renamed("split *.qk -> *.q *.k\ndrop **.q", "a.1.qk", "b.qk", "c.1.q"),
        "a star is one segment");
  }

  @Test
  void expressionsRenameByGroupsAndTakeLinearTime() {
    assertEquals(
        List.of("block.3.w$", "other"),
        renamed("regex layers\\.(\\d+)\\.(w)eight -> block.$1.$2$$", "layers.3.weight", "other"));
    NameMap evil = NameMap.builder().regex("(a|a|aa)*b", "x").regex("(.*)*(.*)*c", "$1").build();
    List<String> names = IntStream.range(0, 50).mapToObj(i -> "a".repeat(900) + i).toList();
    assertTimeoutPreemptively(Duration.ofSeconds(5), () -> evil.plan(names));
  }

  private static Tensor ones(long... dims) {
    return Ops.ones(Shape.of(dims), DType.FLOAT32);
  }

  @Test
  void aValueOfAnyKindMayComeFromSeveral() {
    ValueTransform sum =
        new ValueTransform() {
          @Override
          public ValueForm form(List<ValueForm> sources) {
            return sources.get(0);
          }

          @Override
          public Tensor apply(List<Tensor> sources) {
            return sources.get(0).add(sources.get(1));
          }
        };
    NameMap map =
        NameMap.builder()
            .value(List.of("*.b1", "*.b2"), "*.bias", sum)
            .constant("steps", Tensor.scalar(7))
            .copy("a.w", List.of("a.w1", "a.w2"))
            .build();
    Map<String, Tensor> found =
        map.apply(Map.of("a.b1", ones(2), "a.b2", ones(2).mul(21), "a.w", ones(1)));
    assertEquals(
        List.of("a.bias", "a.w1", "a.w2", "steps"), found.keySet().stream().sorted().toList());
    assertEquals(22, found.get("a.bias").toFloatArray()[1]);
    ArgumentException e = assertThrows(ArgumentException.class, map::inverse);
    assertTrue(e.getMessage().contains("value *.b1 *.b2 -> *.bias"), e.getMessage());
  }

  @Test
  void aPlanTellsWhatIsLeftOutAndWhichRulesFoundNothing() {
    NamePlan plan =
        NameMap.parse("drop opt.**\nname x -> y\nconcat a b -> c")
            .plan(List.of("opt.a.b", "a", "k"));
    assertEquals(List.of("opt.a.b"), plan.dropped());
    assertEquals(List.of("name x -> y", "concat a b -> c axis 0"), plan.unusedRules());
    assertEquals(List.of("a", "k"), plan.entries().stream().map(MappedEntry::name).toList());
  }

  // ---- misuse -----------------------------------------------------------------------------------

  private static void refuses(String part, Runnable use) {
    ArgumentException e = assertThrows(ArgumentException.class, use::run, part);
    assertTrue(e.getMessage().contains(part), e.getMessage());
  }

  @Test
  void whatLosesSomethingHasNoInverse() {
    for (String rule :
        List.of("drop a", "regex a(.) -> b$1", "name a -> b reshape 2,3", "drop **.x")) {
      refuses("rule  " + rule, () -> NameMap.parse("strip m.\nthen\n" + rule).inverse());
    }
  }

  @Test
  void twoEntriesOfOneNameAreRefused() {
    refuses("two entries become 'b'", () -> NameMap.parse("name a -> b").plan(List.of("a", "b")));
    refuses("a name has 1 to 1024 characters, got 0", () -> NameMap.builder().name("", "b"));
    refuses(
        "a name of 1034 characters",
        () -> NameMap.parse("add 0123456789").plan(List.of("x".repeat(1024))));
    assertEquals(
        1, NameMap.parse("add 0123456789").plan(List.of("x".repeat(1025))).entries().size());
  }

  @Test
  void valuesThatDoNotFitTheirRuleAreRefusedWithBoth() {
    Map<String, Tensor> entries = new LinkedHashMap<>();
    entries.put("a", ones(3, 4));
    entries.put("b", ones(2, 4));
    entries.put("c", Ops.ones(Shape.of(2, 4), DType.INT32));
    Map<String, String> cases =
        Map.of(
            "split a -> x y", "axis 0 of (3, 4) cannot be split into 2 equal parts",
            "split a -> x y axis 1 sizes 1,2", "cannot be split into parts of [1, 2]",
            "concat a b -> x", "parts of different sizes need their sizes",
            "concat b c -> x", "cannot be joined along axis 0",
            "name a -> x permute 2,1,0", "needs 3 axes, not those of (3, 4)",
            "name a -> x reshape 5", "has not the 5 elements",
            "name a -> x squeeze 0", "has no axis 0 of extent 1",
            "name a -> x reorder 0 1,0", "is not 2 blocks",
            "tie a b -> x", "differ in their form");
    cases.forEach((rule, part) -> refuses(part, () -> NameMap.parse(rule).apply(entries)));
    assertEquals(
        Shape.of(5, 4), NameMap.parse("concat a b -> x sizes 3,2").apply(entries).get("x").shape());
    refuses("is no tensor", () -> NameMap.identity().apply(Map.of("a", "text")));
  }

  @Test
  void aTextIsRefusedWithItsLineAndReason() {
    Map<String, String> cases = new LinkedHashMap<>();
    cases.put("rename a -> b", "'rename' is no kind of rule");
    cases.put("name a b", "'->' is missing before 'b'");
    cases.put("name a ->", "a name is missing at the end");
    cases.put("name -> b", "a name is missing before '->'");
    cases.put("name a -> b c", "'c' is no change of a value");
    cases.put("drop a b", "'b' is too much");
    cases.put("name \"a -> b", "a quote is not closed");
    cases.put("name \"a\"b -> c", "something follows a closing quote");
    cases.put("name \"a\\n\" -> c", "'\\n' stands in quotes");
    cases.put("name a.* -> b", "do not have the same stars");
    cases.put("name *.** -> **.*", "do not have the same stars");
    cases.put("drop **.a.**", "'**' stands twice");
    cases.put("drop a*b*", "has two stars");
    cases.put("name a -> b permute 0,0", "each number from 0 on once");
    cases.put("name a -> b reorder 0 1,2", "each number from 0 on once");
    cases.put("name a -> b expand -1", "are no numbers");
    cases.put("name a -> b expand 99", "an axis is a number from 0 to 63");
    cases.put("name a -> b reshape 2 to 3", "differ in their elements");
    cases.put("split a -> b", "it has two parts or more");
    cases.put("split a -> b c sizes 1", "a positive size for each");
    cases.put("concat a b -> c sizes 0,1", "a positive size for each");
    cases.put("prefix a -> a", "replaced by itself");
    cases.put("regex (a -> b", "missing closing )");
    cases.put("regex a(?=b) -> c", "expressions are those of RE2");
    cases.put("regex (a)\\1 -> c", "expressions are those of RE2");
    cases.put("regex a -> $1", "the template names '$1', there are 0 groups");
    cases.put("regex a{1000}{1000} -> b", "invalid");
    cases.put("regex " + "(a{1000}){1}".repeat(30) + " -> b", "too large");
    cases.put("regex " + "(".repeat(600) + " -> b", "longer than 512");
    cases.put("regex " + "(".repeat(250) + ")".repeat(250) + "* -> b\nrule", "no kind of rule");
    cases.put("others maybe", "'others' is 'keep' or 'drop'");
    cases.put("others drop\nothers keep", "once in a stage");
    cases.put("add " + "x".repeat(2000), "a prefix has at most 1024");
    cases.put("drop " + "x".repeat(20_000), "it has 20005 characters");
    cases.put("copy a -> " + "b ".repeat(70), "more than 64 names");
    cases.put("then\n".repeat(70), "more than 64 stages");
    cases.forEach(
        (text, part) -> {
          ArgumentException e =
              assertThrows(ArgumentException.class, () -> NameMap.parse("\n# x\n" + text), text);
          assertTrue(e.getMessage().contains(part), e.getMessage());
          assertTrue(e.getMessage().matches("(?s)nameMap: line \\d+: .*"), e.getMessage());
        });
    refuses(
        "line 10001: there are more than 10000", () -> NameMap.parse("drop a\n".repeat(10_001)));
    refuses("the text is too long", () -> NameMap.parse("#".repeat(1 << 21)));
    refuses("too large together", () -> NameMap.parse("regex (a{1000}) -> b\n".repeat(200)));
  }

  @Test
  void aMapThatWouldTakeTooLongIsRefusedBeforeItRuns() {
    NameMap map = NameMap.parse("regex .*(a{900}).* -> b\n".repeat(90));
    List<String> names = IntStream.range(0, 2_000).mapToObj(i -> "a".repeat(1000) + i).toList();
    assertTimeoutPreemptively(
        Duration.ofSeconds(5), () -> refuses("would take too long", () -> map.plan(names)));
  }

  @Test
  void quotesHoldWhatWouldBeAWordOfTheLanguage() {
    assertEquals(
        List.of("to", "a b", "->"),
        renamed(
            "name x -> \"to\"\nname y -> \"a b\"\nname \"q\\\"\\\\\" -> \"->\"",
            "x",
            "y",
            "q\"\\"));
  }
}
