package dev.mycel.checkpoint;

import dev.mycel.checkpoint.MappingReport.Row;
import dev.mycel.checkpoint.MappingReport.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Prints a report as a table. Names from files are shortened and lose control characters. */
final class MappingTable {
  private static final List<String> HEADER =
      List.of("status", "parameter", "expects", "entry", "has", "note");
  private static final int LONGEST = 60;

  private MappingTable() {}

  static String of(MappingReport report, int most, boolean withMatches) {
    List<List<String>> lines = new ArrayList<>();
    lines.add(HEADER);
    for (Status status : Status.values()) {
      if (status.isProblem() || withMatches) {
        List<Row> rows = report.rows(status);
        rows.stream().limit(most).forEach(row -> lines.add(cells(row)));
        if (rows.size() > most) {
          lines.add(List.of(name(status), "and " + (rows.size() - most) + " more"));
        }
      }
    }
    StringBuilder text = new StringBuilder(report.summary());
    if (lines.size() > 1) {
      int[] widths = widths(lines);
      lines.forEach(line -> text.append('\n').append(aligned(line, widths)));
    }
    return text.toString();
  }

  private static List<String> cells(Row row) {
    String nearest =
        row.nearest().isEmpty()
            ? ""
            : "nearest: "
                + String.join(", ", row.nearest().stream().map(MappingTable::shown).toList());
    String gap = row.note().isEmpty() || nearest.isEmpty() ? "" : "; ";
    return List.of(
        name(row.status()),
        shown(row.parameter()),
        shown(row.expects()),
        shown(row.entry()),
        shown(row.has()),
        row.note() + gap + nearest);
  }

  private static String name(Status status) {
    return status.name().toLowerCase(Locale.ROOT);
  }

  private static String shown(@Nullable Object value) {
    if (value == null) {
      return "-";
    }
    StringBuilder plain = new StringBuilder();
    value
        .toString()
        .codePoints()
        .limit(4L * LONGEST)
        .map(c -> Character.isISOControl(c) || Character.getType(c) == Character.FORMAT ? '?' : c)
        .forEach(plain::appendCodePoint);
    String text = plain.toString();
    return text.length() <= LONGEST ? text : text.substring(0, LONGEST - 3) + "...";
  }

  private static int[] widths(List<List<String>> lines) {
    int[] widths = new int[HEADER.size()];
    for (List<String> line : lines) {
      for (int i = 0; i < line.size(); i++) {
        widths[i] = Math.max(widths[i], line.get(i).length());
      }
    }
    return widths;
  }

  private static String aligned(List<String> line, int... widths) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < line.size(); i++) {
      text.append("  ").append(line.get(i));
      text.append(" ".repeat(widths[i] - line.get(i).length()));
    }
    return text.toString().stripTrailing();
  }
}
