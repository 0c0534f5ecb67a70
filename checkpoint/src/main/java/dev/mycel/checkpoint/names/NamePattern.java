package dev.mycel.checkpoint.names;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A name with holes: {@code *} stands for one or more characters within a segment, {@code **} for
 * one or more whole segments. A segment has one hole at most and a name one {@code **}, so a name
 * fits in one way only, found in time linear in its length, and every pattern can be filled again.
 */
final class NamePattern {
  private static final String MANY = "**";

  private final String text;
  private final List<String> segments;
  private final int many;
  private final String holes;

  private NamePattern(String text, List<String> segments, int many, String holes) {
    this.text = text;
    this.segments = segments;
    this.many = many;
    this.holes = holes;
  }

  static NamePattern of(String text) {
    if (text.isEmpty() || text.length() > NameMap.LONGEST_NAME) {
      throw new ArgumentException(
          "nameMap: a name has 1 to " + NameMap.LONGEST_NAME + " characters, got " + text.length());
    }
    List<String> segments = List.of(text.split("\\.", -1));
    StringBuilder holes = new StringBuilder();
    int many = -1;
    for (int i = 0; i < segments.size(); i++) {
      String segment = segments.get(i);
      int star = segment.indexOf('*');
      if (segment.equals(MANY)) {
        if (many >= 0) {
          throw refused(text, "'**' stands twice");
        }
        many = i;
        holes.append("** ");
      } else if (star >= 0) {
        if (segment.indexOf('*', star + 1) >= 0) {
          throw refused(text, "the segment '" + segment + "' has two stars");
        }
        holes.append("* ");
      }
    }
    return new NamePattern(text, segments, many, holes.toString().strip());
  }

  private static ArgumentException refused(String text, String why) {
    return new ArgumentException(
        Messages.of("nameMap: '" + text + "' is no pattern of names: " + why)
            .hint("'*' stands for a part of one segment, '**' for whole segments, once in a name")
            .text());
  }

  /** Whether there are no holes. */
  boolean isLiteral() {
    return holes.isEmpty();
  }

  /** The kinds of the holes in order. */
  String holes() {
    return holes;
  }

  /** What a name has in the holes, or null if it does not fit. */
  @Nullable List<String> match(String name) {
    if (isLiteral()) {
      return name.equals(text) ? List.of() : null;
    }
    String[] parts = name.split("\\.", -1);
    int extra = parts.length - segments.size();
    if (many < 0 ? extra != 0 : extra < 0) {
      return null;
    }
    List<String> found = new ArrayList<>();
    int at = 0;
    for (int i = 0; i < segments.size(); i++) {
      if (i == many) {
        found.add(String.join(".", List.of(parts).subList(at, at + extra + 1)));
        at += extra + 1;
      } else if (!matchSegment(segments.get(i), parts[at++], found)) {
        return null;
      }
    }
    return found;
  }

  private static boolean matchSegment(String segment, String part, List<String> found) {
    int star = segment.indexOf('*');
    if (star < 0) {
      return segment.equals(part);
    }
    int after = segment.length() - star - 1;
    if (part.length() < segment.length()
        || !part.startsWith(segment.substring(0, star))
        || !part.endsWith(segment.substring(star + 1))) {
      return false;
    }
    found.add(part.substring(star, part.length() - after));
    return true;
  }

  /** The name with that in the holes, as many as there are. */
  String fill(List<String> found) {
    if (isLiteral()) {
      return text;
    }
    Iterator<String> next = found.iterator();
    List<String> parts = new ArrayList<>();
    for (int i = 0; i < segments.size(); i++) {
      String segment = segments.get(i);
      int star = segment.indexOf('*');
      if (i == many) {
        parts.add(next.next());
      } else if (star >= 0) {
        parts.add(segment.substring(0, star) + next.next() + segment.substring(star + 1));
      } else {
        parts.add(segment);
      }
    }
    return String.join(".", parts);
  }

  @Override
  public String toString() {
    return text;
  }
}
