package dev.mycel.nn;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import java.util.regex.Pattern;

/** Rules for dotted names. */
final class Names {
  private static final Pattern PREFIX = Pattern.compile("\\w*[0-9a-zA-Z_.\\-]*");

  private Names() {}

  /** A prefix and a name with a dot between them, where both are there. */
  static String join(String prefix, String name) {
    return prefix.isEmpty() || name.isEmpty() ? prefix + name : prefix + "." + name;
  }

  /** Refuses a prefix with other characters than names have. */
  static void checkPrefix(String prefix) {
    if (!PREFIX.matcher(prefix).matches()) {
      throw new ArgumentException(
          Messages.of("updateParametersName: '" + prefix + "' is no prefix for parameter names")
              .hint("use ASCII letters, digits, underscores, dots and hyphens")
              .text());
    }
  }
}
