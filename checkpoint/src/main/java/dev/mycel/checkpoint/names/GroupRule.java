package dev.mycel.checkpoint.names;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import dev.mycel.core.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Makes values of any number under new names of the values of some names. */
final class GroupRule implements Rule {
  private static final int MOST_NAMES = 64;

  /** One result. */
  record Out(NamePattern name, ValueTransform transform) {}

  private final String text;
  private final List<NamePattern> sources;
  private final boolean any;
  private final List<Out> outs;
  private @Nullable GroupRule inverse;

  private GroupRule(String text, List<NamePattern> sources, boolean any, List<Out> outs) {
    this.text = text;
    this.sources = sources;
    this.any = any;
    this.outs = outs;
    if (Math.max(sources.size(), outs.size()) > MOST_NAMES) {
      throw refused("it has more than " + MOST_NAMES + " names on one side", "split it");
    }
    String holes = sources.isEmpty() ? "" : sources.get(0).holes();
    boolean alike =
        Stream.concat(sources.stream(), outs.stream().map(Out::name))
            .allMatch(name -> name.holes().equals(holes));
    if (!alike) {
      throw refused(
          "its names do not have the same stars",
          "each name of a rule has as many of '*' and '**' as the others, in the same order");
    }
  }

  private ArgumentException refused(String why, String hint) {
    return new ArgumentException(
        Messages.of("nameMap: a rule cannot be used: " + why)
            .line("rule", text.length() > 400 ? text.substring(0, 400) + "..." : text)
            .hint(hint)
            .text());
  }

  private static List<NamePattern> patterns(List<String> names) {
    return names.stream().map(NamePattern::of).toList();
  }

  private static GroupRule pair(GroupRule rule, GroupRule inverse) {
    rule.inverse = inverse;
    inverse.inverse = rule;
    return rule;
  }

  // ---- kinds ------------------------------------------------------------------------------------

  /** One name for another, with a change of the value. */
  static GroupRule name(String from, String to, ValueTransform transform) {
    GroupRule rule = nameOneWay(from, to, transform);
    return transform.inverse().map(back -> pair(rule, nameOneWay(to, from, back))).orElse(rule);
  }

  private static GroupRule nameOneWay(String from, String to, ValueTransform transform) {
    String text = line("name", List.of(from), List.of(to), transform.toString());
    return new GroupRule(
        text, patterns(List.of(from)), false, List.of(new Out(NamePattern.of(to), transform)));
  }

  /** Several values become those of other names; all must be there. */
  static GroupRule values(List<String> from, String to, ValueTransform transform) {
    if (from.isEmpty()) {
      throw new ArgumentException("nameMap: a value without sources is a constant");
    }
    String text = line("value", from, List.of(to), transform.toString());
    return new GroupRule(
        text, patterns(from), false, List.of(new Out(NamePattern.of(to), transform)));
  }

  /** Names that are left out. */
  static GroupRule drop(String pattern) {
    return new GroupRule(
        "drop " + MapText.quoted(pattern), patterns(List.of(pattern)), false, List.of());
  }

  /** A name that is left out, and has that value on the way back. */
  static GroupRule dropConstant(String name, Tensor value) {
    NamePattern literal = NamePattern.of(name);
    GroupRule drop =
        new GroupRule("drop " + MapText.quoted(name), List.of(literal), false, List.of());
    if (!literal.isLiteral()) {
      throw drop.refused("a constant has a name without stars", "name each constant");
    }
    Out out = new Out(literal, new Pieces.Constant(value));
    String text = "constant " + MapText.quoted(name);
    return pair(drop, new GroupRule(text, List.of(), false, List.of(out)));
  }

  /** A value that every result has. */
  static GroupRule constant(String name, Tensor value) {
    return Objects.requireNonNull(dropConstant(name, value).inverse);
  }

  /** One value cut into several. */
  static GroupRule split(String from, int axis, List<String> to, long... sizes) {
    List<Long> extents = checkedSizes("split", axis, to.size(), sizes);
    return pair(splitOneWay(from, axis, to, extents), concatOneWay(to, axis, from, extents));
  }

  /** Several values joined to one. */
  static GroupRule concat(List<String> from, int axis, String to, long... sizes) {
    List<Long> extents = checkedSizes("concat", axis, from.size(), sizes);
    return pair(concatOneWay(from, axis, to, extents), splitOneWay(to, axis, from, extents));
  }

  private static GroupRule splitOneWay(String from, int axis, List<String> to, List<Long> sizes) {
    List<Out> outs = new ArrayList<>();
    for (int i = 0; i < to.size(); i++) {
      outs.add(new Out(NamePattern.of(to.get(i)), new Pieces.Part(axis, i, to.size(), sizes)));
    }
    String text = line("split", List.of(from), to, axes(axis, sizes));
    return new GroupRule(text, patterns(List.of(from)), false, outs);
  }

  private static GroupRule concatOneWay(List<String> from, int axis, String to, List<Long> sizes) {
    String text = line("concat", from, List.of(to), axes(axis, sizes));
    Out out = new Out(NamePattern.of(to), new Pieces.Joined(axis, sizes));
    return new GroupRule(text, patterns(from), false, List.of(out));
  }

  private static String axes(int axis, List<Long> sizes) {
    String cuts = sizes.stream().map(String::valueOf).collect(Collectors.joining(","));
    return "axis " + axis + (sizes.isEmpty() ? "" : " sizes " + cuts);
  }

  private static List<Long> checkedSizes(String kind, int axis, int parts, long... sizes) {
    boolean positive = Arrays.stream(sizes).allMatch(s -> s > 0 && s < Integer.MAX_VALUE);
    if (parts < 2
        || axis < 0
        || axis >= MOST_NAMES
        || !positive
        || sizes.length != 0 && sizes.length != parts) {
      throw new ArgumentException(
          Messages.of("nameMap: a " + kind + " cannot be made")
              .line("parts", parts)
              .line("axis ", axis)
              .line("sizes", sizes.length == 0 ? "equal" : Arrays.toString(sizes))
              .hint(
                  "it has two parts or more, an axis from 0 on, and a positive size for each or none")
              .text());
    }
    return Arrays.stream(sizes).boxed().toList();
  }

  /** One value under several names. */
  static GroupRule copy(String from, List<String> to) {
    return Objects.requireNonNull(tie(to, from, Transforms.identity()).inverse);
  }

  /** Several names of one value: the first that is there counts. */
  static GroupRule tie(List<String> from, String to, ValueTransform transform) {
    if (from.isEmpty()) {
      throw new ArgumentException("nameMap: a tie or copy has one name or more on each side");
    }
    boolean plain = transform.equals(Transforms.identity());
    ValueTransform first = new Pieces.First();
    Out out = new Out(NamePattern.of(to), plain ? first : first.then(transform));
    String text = line("tie", from, List.of(to), transform.toString());
    GroupRule tie = new GroupRule(text, patterns(from), true, List.of(out));
    return transform
        .inverse()
        .map(
            back -> {
              List<Out> outs =
                  from.stream().map(name -> new Out(NamePattern.of(name), back)).toList();
              String copy = line("copy", List.of(to), from, back.toString());
              return pair(tie, new GroupRule(copy, patterns(List.of(to)), false, outs));
            })
        .orElse(tie);
  }

  private static String line(String kind, List<String> from, List<String> to, String more) {
    String left = from.stream().map(MapText::quoted).collect(Collectors.joining(" "));
    String right = to.stream().map(MapText::quoted).collect(Collectors.joining(" "));
    return (kind + " " + left + " -> " + right + " " + more).strip();
  }

  // ---- use --------------------------------------------------------------------------------------

  /** The names it needs, patterns with the same holes. */
  List<NamePattern> sources() {
    return sources;
  }

  /** Whether one of the sources is enough. */
  boolean needsAnyOnly() {
    return any;
  }

  List<Out> outs() {
    return outs;
  }

  /** Whether all names are given, so that they are looked up. */
  boolean isLiteral() {
    return sources.isEmpty() || sources.get(0).isLiteral();
  }

  @Override
  public String text() {
    return text;
  }

  @Override
  public boolean matches(String name) {
    return sources.stream().anyMatch(s -> s.match(name) != null);
  }

  @Override
  public int cost() {
    return isLiteral() ? 0 : sources.size();
  }

  @Override
  public @Nullable Rule inverse() {
    return inverse;
  }
}
