package dev.mycel.checkpoint;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * Finds names that may be meant: by how many segments must be added, taken away or replaced, where
 * segments that are alike count as partly equal.
 */
final class NearestNames {
  /** Longer names are never suggested, nor suggested for: the work grows with the square. */
  private static final int LONGEST = 128;

  private static final int MOST = 2;

  /** Distance, by segment of the longer name, up to which a name is suggested. */
  private static final double FAR = 0.6;

  /** What a segment more at the beginning costs: networks are often part of larger ones. */
  private static final double LEADING = 0.5;

  /** What a name that stands for another form is put back by. */
  private static final double OTHER_FORM = 0.25;

  /**
   * A name that may be suggested.
   *
   * @param text how it is shown
   * @param compared what is compared
   * @param sameForm whether its shape is the one that is looked for
   */
  record Candidate(String text, String compared, boolean sameForm) {}

  private record Scored(String text, double distance) {}

  private NearestNames() {}

  /** The nearest ones, the nearest first; none if all are far. */
  static List<String> of(String name, Collection<Candidate> candidates) {
    if (name.length() > LONGEST) {
      return List.of();
    }
    List<Scored> near = new ArrayList<>();
    for (Candidate candidate : candidates) {
      if (candidate.compared().length() <= LONGEST) {
        double distance = distance(name, candidate.compared());
        double scored = candidate.sameForm() ? distance : distance + OTHER_FORM;
        if (scored <= FAR) {
          near.add(new Scored(candidate.text(), scored));
        }
      }
    }
    near.sort(Comparator.comparingDouble(Scored::distance).thenComparing(Scored::text));
    return near.stream().map(Scored::text).distinct().limit(MOST).toList();
  }

  /** Between 0 for equal names and 1 for such as have nothing in common. */
  static double distance(String a, String b) {
    String[] one = a.split("\\.", -1);
    String[] other = b.split("\\.", -1);
    double[] row = new double[other.length + 1];
    for (int j = 0; j <= other.length; j++) {
      row[j] = LEADING * j;
    }
    for (int i = 1; i <= one.length; i++) {
      double corner = row[0];
      row[0] = LEADING * i;
      for (int j = 1; j <= other.length; j++) {
        double replaced = corner + segments(one[i - 1], other[j - 1]);
        corner = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[other.length] / Math.max(one.length, other.length);
  }

  /** Levenshtein's distance by character of the longer segment. */
  private static double segments(String a, String b) {
    if (a.equals(b)) {
      return 0;
    }
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int corner = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = corner + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        corner = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return (double) row[b.length()] / Math.max(a.length(), b.length());
  }
}
