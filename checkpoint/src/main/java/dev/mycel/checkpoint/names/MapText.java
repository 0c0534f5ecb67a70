package dev.mycel.checkpoint.names;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import dev.mycel.core.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * Reads maps from text: a rule on a line, words between spaces, {@code #} at the beginning of a
 * line for remarks. Words in quotes may hold anything, with {@code \"} and {@code \\} in them.
 */
final class MapText {
  private static final int LONGEST_TEXT = 1 << 20;
  private static final int LONGEST_LINE = 16_384;
  private static final int MOST_RULES = 10_000;
  private static final int MOST_STAGES = 64;
  private static final String ARROW = "->";
  private static final Set<String> KEYWORDS =
      Set.of(
          ARROW,
          "axis",
          "sizes",
          "transpose",
          "permute",
          "reshape",
          "to",
          "expand",
          "squeeze",
          "reorder");
  private static final String KINDS =
      "name, prefix, strip, add, regex, drop, split, concat, copy, tie, others, then";

  /** A word, and whether it stood in quotes and so is no keyword. */
  private record Word(String text, boolean quoted) {
    boolean is(String keyword) {
      return !quoted && text.equals(keyword);
    }

    boolean isKeyword() {
      return !quoted && KEYWORDS.contains(text);
    }
  }

  private final List<Stage> stages = new ArrayList<>();
  private NameMap.Builder builder = NameMap.builder();
  private boolean others;
  private int rules;
  private List<Word> words = List.of();
  private int at;

  private MapText() {}

  static NameMap parse(String text) {
    if (text.length() > LONGEST_TEXT) {
      throw new ArgumentException(
          Messages.of("nameMap: the text is too long")
              .line("characters", text.length())
              .line("allowed   ", LONGEST_TEXT)
              .text());
    }
    MapText map = new MapText();
    String[] lines = text.split("\r?\n|\r", -1);
    for (int i = 0; i < lines.length; i++) {
      try {
        map.line(lines[i]);
      } catch (ArgumentException e) {
        String why = String.valueOf(e.getMessage());
        String own = why.startsWith("nameMap: ") ? why.substring("nameMap: ".length()) : why;
        throw new ArgumentException("nameMap: line " + (i + 1) + ": " + own);
      }
    }
    map.endStage();
    return NameMap.of(map.stages);
  }

  private void endStage() {
    stages.addAll(builder.build().stages());
    builder = NameMap.builder();
    others = false;
  }

  private void line(String line) {
    if (line.length() > LONGEST_LINE) {
      throw wrong("it has " + line.length() + " characters", "at most " + LONGEST_LINE);
    }
    String content = line.strip();
    if (content.isEmpty() || content.startsWith("#")) {
      return;
    }
    words = words(content);
    at = 0;
    if (++rules > MOST_RULES) {
      throw wrong("there are more than " + MOST_RULES + " rules", "use patterns with stars");
    }
    rule();
    if (at < words.size()) {
      throw wrong("'" + shown(words.get(at)) + "' is too much", "the rule ends before it");
    }
  }

  private void rule() {
    Word kind = words.get(at++);
    switch (kind.quoted() ? "" : kind.text()) {
      case "name" -> builder.name(word(), afterArrow(), transforms());
      case "prefix" -> builder.replacePrefix(word(), afterArrow());
      case "strip" -> builder.stripPrefix(word());
      case "add" -> builder.addPrefix(word());
      case "regex" -> builder.regex(word(), afterArrow());
      case "drop" -> builder.drop(word());
      case "split" -> split();
      case "concat" -> concat();
      case "copy" -> builder.copy(word(), namesAfterArrow());
      case "tie" -> {
        List<String> from = names();
        builder.tie(from, afterArrow());
      }
      case "others" -> others();
      case "then" -> {
        if (stages.size() + 1 >= MOST_STAGES) {
          throw wrong("there are more than " + MOST_STAGES + " stages", "join some of them");
        }
        endStage();
      }
      default -> throw wrong("'" + shown(kind) + "' is no kind of rule", "the kinds are " + KINDS);
    }
  }

  private void others() {
    String what = word();
    if (others || !what.equals("keep") && !what.equals("drop")) {
      throw wrong("'others' is 'keep' or 'drop', once in a stage", "write 'others drop'");
    }
    others = true;
    if (what.equals("drop")) {
      builder.dropOthers();
    }
  }

  private void split() {
    String from = word();
    List<String> to = namesAfterArrow();
    builder.split(from, axis(), to, sizes());
  }

  private void concat() {
    List<String> from = names();
    String to = afterArrow();
    builder.concat(from, axis(), to, sizes());
  }

  private int axis() {
    return accept("axis") ? number() : 0;
  }

  private long[] sizes() {
    return accept("sizes") ? numbers() : new long[0];
  }

  // ---- transforms -------------------------------------------------------------------------------

  private ValueTransform transforms() {
    ValueTransform all = Transforms.identity();
    for (int count = 0; at < words.size(); count++) {
      if (count == 16) {
        throw wrong("a value is changed more than 16 times", "join some of the changes");
      }
      ValueTransform next = transform();
      all = count == 0 ? next : all.then(next);
    }
    return all;
  }

  private ValueTransform transform() {
    if (accept("transpose")) {
      return Transforms.transpose();
    }
    if (accept("permute")) {
      return Transforms.permute(small(numbers()));
    }
    if (accept("expand")) {
      return Transforms.expandDims(number());
    }
    if (accept("squeeze")) {
      return Transforms.squeeze(number());
    }
    if (accept("reorder")) {
      return Transforms.reorder(number(), small(numbers()));
    }
    if (accept("reshape")) {
      long[] first = shape();
      return accept("to")
          ? Transforms.reshape(Shape.of(first), Shape.of(shape()))
          : Transforms.reshape(first);
    }
    throw wrong(
        "'" + shown(words.get(at)) + "' is no change of a value",
        "there are transpose, permute 1,0,2, reshape 2,3, reshape 6 to 2,3, expand 2, squeeze 2,"
            + " reorder 0 0,2,1");
  }

  private long[] shape() {
    return accept("scalar") ? new long[0] : numbers();
  }

  private int[] small(long... numbers) {
    return Arrays.stream(numbers).mapToInt(n -> (int) Math.min(n, Integer.MAX_VALUE)).toArray();
  }

  private int number() {
    long[] all = numbers();
    if (all.length != 1) {
      throw wrong("there are " + all.length + " numbers where one belongs", "write one");
    }
    return small(all)[0];
  }

  private long[] numbers() {
    String text = at < words.size() ? words.get(at++).text() : "";
    String[] parts = text.split(",", -1);
    if (parts.length > 64 || !Arrays.stream(parts).allMatch(p -> p.matches("[0-9]{1,9}"))) {
      throw wrong(
          "'" + NameMap.shortened(text) + "' are no numbers",
          "numbers have one to nine digits, and commas without spaces between them");
    }
    return Arrays.stream(parts).mapToLong(Long::parseLong).toArray();
  }

  // ---- words ------------------------------------------------------------------------------------

  private boolean accept(String keyword) {
    boolean next = at < words.size() && words.get(at).is(keyword);
    if (next) {
      at++;
    }
    return next;
  }

  private String word() {
    if (at == words.size() || words.get(at).isKeyword()) {
      throw wrong(
          at == words.size()
              ? "a name is missing at the end"
              : "a name is missing before '" + words.get(at).text() + "'",
          "a name that is a word of the language stands in quotes");
    }
    return words.get(at++).text();
  }

  private List<String> names() {
    List<String> names = new ArrayList<>();
    do {
      names.add(word());
    } while (at < words.size() && !words.get(at).isKeyword());
    return names;
  }

  private String afterArrow() {
    arrow();
    return word();
  }

  private List<String> namesAfterArrow() {
    arrow();
    return names();
  }

  private void arrow() {
    if (!accept(ARROW)) {
      throw wrong(
          at == words.size()
              ? "'->' is missing at the end"
              : "'->' is missing before '" + shown(words.get(at)) + "'",
          "old names stand left of ' -> ', new ones right of it");
    }
  }

  private static List<Word> words(String line) {
    List<Word> words = new ArrayList<>();
    int at = 0;
    while (at < line.length()) {
      if (Character.isWhitespace(line.charAt(at))) {
        at++;
        continue;
      }
      int end;
      if (line.charAt(at) == '"') {
        end = endOfQuotes(line, at);
        words.add(new Word(unquoted(line.substring(at + 1, end - 1)), true));
      } else {
        end = at;
        while (end < line.length() && !Character.isWhitespace(line.charAt(end))) {
          end++;
        }
        words.add(new Word(line.substring(at, end), false));
      }
      at = end;
    }
    return words;
  }

  /** The position after the closing quote, which a space or the end must follow. */
  private static int endOfQuotes(String line, int start) {
    for (int i = start + 1; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == '\\') {
        i++;
      } else if (c == '"') {
        if (i + 1 < line.length() && !Character.isWhitespace(line.charAt(i + 1))) {
          throw wrong("something follows a closing quote at once", "put a space between");
        }
        return i + 1;
      }
    }
    throw wrong("a quote is not closed", "write \\\" for a quote within quotes");
  }

  private static String unquoted(String text) {
    StringBuilder plain = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\\') {
        c = text.charAt(++i);
        if (c != '"' && c != '\\') {
          throw wrong("'\\" + c + "' stands in quotes", "write \\\\ for a backslash within quotes");
        }
      }
      plain.append(c);
    }
    return plain.toString();
  }

  /** The word as a text map writes it. */
  static String quoted(String word) {
    boolean plain =
        !word.isEmpty()
            && !KEYWORDS.contains(word)
            && word.indexOf('"') != 0
            && word.chars().noneMatch(Character::isWhitespace);
    return plain ? word : '"' + word.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  private static String shown(Word word) {
    return NameMap.shortened(word.text());
  }

  private static ArgumentException wrong(String what, String hint) {
    return new ArgumentException(Messages.of(what).hint(hint).text());
  }
}
