package dev.mycel.checkpoint.names;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A rule that gives one name another by its text alone. */
sealed interface Renaming extends Rule {
  /** The new name, or null if the rule does not speak of this one. */
  @Nullable String rename(String name);

  @Override
  default boolean matches(String name) {
    return rename(name) != null;
  }

  /** Refuses results that no parameter could be called. */
  static void check(Rule rule, String name, long length) {
    if (length < 1 || length > NameMap.LONGEST_NAME) {
      throw new ArgumentException(
          Messages.of("nameMap: a rule makes a name of " + length + " characters")
              .line("rule   ", rule.text())
              .line("of     ", NameMap.shortened(name))
              .line("allowed", "1 to " + NameMap.LONGEST_NAME)
              .text());
    }
  }

  /** Replaces the beginning of a name; either may be empty. */
  record Prefix(String from, String to) implements Renaming {
    public Prefix {
      if (from.equals(to)) {
        throw new ArgumentException(
            "nameMap: the prefix '" + NameMap.shortened(from) + "' is replaced by itself");
      }
      if (Math.max(from.length(), to.length()) > NameMap.LONGEST_NAME) {
        throw new ArgumentException(
            "nameMap: a prefix has at most " + NameMap.LONGEST_NAME + " characters");
      }
    }

    @Override
    public @Nullable String rename(String name) {
      if (!name.startsWith(from) || name.length() == from.length()) {
        return null;
      }
      check(this, name, (long) name.length() - from.length() + to.length());
      return to + name.substring(from.length());
    }

    @Override
    public String text() {
      return "prefix " + MapText.quoted(from) + " -> " + MapText.quoted(to);
    }

    @Override
    public int cost() {
      return 1;
    }

    @Override
    public Rule inverse() {
      return new Prefix(to, from);
    }
  }

  /**
   * Makes a name of the groups of an expression that the whole name fits. The expression has no
   * back references and no look-around, so that it takes time linear in the name.
   */
  final class Regex implements Renaming {
    private static final int LONGEST = 512;
    private static final int LARGEST = 10_000;

    private final String expression;
    private final String template;
    private final Pattern pattern;
    private final List<Object> parts = new ArrayList<>();

    Regex(String expression, String template) {
      this.expression = expression;
      this.template = template;
      if (Math.max(expression.length(), template.length()) > LONGEST) {
        throw refused("it is longer than " + LONGEST + " characters", "split it into several");
      }
      try {
        pattern = Pattern.compile(expression);
      } catch (PatternSyntaxException e) {
        throw refused(e.getDescription(), "expressions are those of RE2, without back references");
      } catch (StackOverflowError e) {
        throw refused("its groups are nested too deeply", "write it without so many brackets");
      }
      if (pattern.programSize() > LARGEST) {
        throw refused("its repetitions make it too large", "use smaller counts in braces");
      }
      cutTemplate();
    }

    private ArgumentException refused(String why, String hint) {
      return new ArgumentException(
          Messages.of("nameMap: the expression cannot be used: " + why)
              .line("expression", NameMap.shortened(expression))
              .line("template  ", NameMap.shortened(template))
              .hint(hint)
              .text());
    }

    /** Texts and numbers of groups; {@code $$} is a dollar. */
    private void cutTemplate() {
      StringBuilder plain = new StringBuilder();
      int at = 0;
      while (at < template.length()) {
        char c = template.charAt(at++);
        if (c != '$') {
          plain.append(c);
          continue;
        }
        char next = at < template.length() ? template.charAt(at++) : ' ';
        if (next == '$') {
          plain.append('$');
        } else if (next >= '0' && next <= '9' && next - '0' <= pattern.groupCount()) {
          parts.add(plain.toString());
          parts.add(next - '0');
          plain.setLength(0);
        } else {
          throw refused(
              "the template names '$" + next + "', there are " + pattern.groupCount() + " groups",
              "write $1 to $9 for groups, $0 for all, $$ for a dollar");
        }
      }
      parts.add(plain.toString());
    }

    @Override
    public @Nullable String rename(String name) {
      Matcher matcher = pattern.matcher(name);
      if (!matcher.matches()) {
        return null;
      }
      StringBuilder made = new StringBuilder();
      for (Object part : parts) {
        @Nullable String piece = part instanceof Integer g ? matcher.group(g) : part.toString();
        made.append(piece == null ? "" : piece);
        if (made.length() > NameMap.LONGEST_NAME) {
          break;
        }
      }
      check(this, name, made.length());
      return made.toString();
    }

    @Override
    public String text() {
      return "regex " + MapText.quoted(expression) + " -> " + MapText.quoted(template);
    }

    @Override
    public int cost() {
      return pattern.programSize();
    }

    @Override
    public @Nullable Rule inverse() {
      return null;
    }
  }
}
