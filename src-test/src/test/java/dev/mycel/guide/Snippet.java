package dev.mycel.guide;

import java.util.ArrayList;
import java.util.List;

/**
 * A fenced Java block of a page.
 *
 * @param line where the block starts in the page, counted from one
 * @param code what stands between the fences
 */
record Snippet(int line, String code) {
  private static final String PRINTS = "// prints ";

  /** The blocks of {@code page} in their order. */
  static List<Snippet> of(List<String> page) {
    List<Snippet> found = new ArrayList<>();
    StringBuilder code = new StringBuilder();
    int start = 0;
    for (int i = 0; i < page.size(); i++) {
      String text = page.get(i);
      if (start == 0 && text.equals("```java")) {
        start = i + 1;
        code.setLength(0);
      } else if (start > 0 && text.equals("```")) {
        found.add(new Snippet(start, code.toString()));
        start = 0;
      } else if (start > 0) {
        code.append(text).append('\n');
      }
    }
    if (start > 0) {
      throw new IllegalArgumentException("the Java block of line " + start + " has no end");
    }
    return found;
  }

  /** What the block says that it prints: the rest of each line that starts with "// prints". */
  List<String> expected() {
    return code.lines()
        .map(String::strip)
        .filter(l -> l.startsWith(PRINTS))
        .map(l -> l.substring(PRINTS.length()))
        .toList();
  }
}
