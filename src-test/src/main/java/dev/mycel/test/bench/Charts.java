package dev.mycel.test.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Draws what was measured: a folder's {@code results.jsonl} as bars, its {@code scaling.jsonl} as
 * curves. The same input gives the same bytes, so that a drawing changes only with its numbers.
 */
final class Charts {
  private static final Pattern FIELD =
      Pattern.compile("\"([^\"]+)\"\\s*:\\s*(?:\"([^\"]*)\"|([-+0-9.eE]+))");
  private static final String[] COLOURS = {"#1f5fa8", "#c2541b", "#2f7d3b", "#7a3f98"};
  private static final String GRID = "#dddddd";
  private static final String INK = "#222222";
  private static final int WIDTH = 760;

  /** A point of a curve. */
  private record Point(double x, double y) {}

  private Charts() {}

  static void draw(Path folder) throws IOException {
    List<Map<String, String>> results = read(folder.resolve("results.jsonl"));
    for (String dtype : List.of("fp32", "bf16")) {
      List<Map<String, String>> some =
          results.stream().filter(r -> dtype.equals(r.get("dtype"))).toList();
      if (!some.isEmpty()) {
        Files.writeString(folder.resolve("ratios-" + dtype + ".svg"), ratios(dtype, some));
      }
    }
    Map<String, Map<String, List<Point>>> groups = new TreeMap<>();
    for (Map<String, String> line : read(folder.resolve("scaling.jsonl"))) {
      String series = text(line, "series");
      String group = series.split(" ", 2)[0];
      groups
          .computeIfAbsent(group, g -> new TreeMap<>())
          .computeIfAbsent(series, s -> new ArrayList<>())
          .add(new Point(number(line, "x"), number(line, "median_us")));
    }
    for (var group : groups.entrySet()) {
      Files.writeString(
          folder.resolve("scaling-" + group.getKey() + ".svg"),
          curves(group.getKey(), group.getValue()));
    }
  }

  /** The lines of a file, which may be missing. */
  private static List<Map<String, String>> read(Path file) throws IOException {
    List<Map<String, String>> lines = new ArrayList<>();
    if (!Files.exists(file)) {
      return lines;
    }
    for (String line : Files.readAllLines(file)) {
      if (!line.isBlank()) {
        Map<String, String> fields = new HashMap<>();
        Matcher m = FIELD.matcher(line);
        while (m.find()) {
          fields.put(m.group(1), m.group(2) != null ? m.group(2) : m.group(3));
        }
        lines.add(fields);
      }
    }
    return lines;
  }

  private static String text(Map<String, String> line, String field) {
    String value = line.get(field);
    if (value == null) {
      throw new IllegalArgumentException("a line has no \"" + field + "\": " + line);
    }
    return value;
  }

  private static double number(Map<String, String> line, String field) {
    return Double.parseDouble(text(line, field));
  }

  private static double number(Map<String, String> line, String field, double otherwise) {
    return line.containsKey(field) ? number(line, field) : otherwise;
  }

  /** Bars start at 1, where both sides are equal, because a logarithmic axis has no zero. */
  private static String ratios(String dtype, List<Map<String, String>> lines) {
    int bottom = 50 + 26 * lines.size();
    double least = 1;
    double greatest = 1;
    for (Map<String, String> line : lines) {
      double ratio = number(line, "ratio");
      least = Math.min(least, Math.min(ratio, number(line, "low", ratio)));
      greatest = Math.max(greatest, Math.max(ratio, number(line, "high", ratio)));
    }
    Svg svg = new Svg(WIDTH, bottom + 60, "Time of PyTorch over time of Mycel, " + dtype);
    Axis axis = Axis.log(Math.min(least, 0.5), Math.max(greatest, 2), 190, WIDTH - 70);
    for (double tick : axis.ticks()) {
      svg.line(axis.at(tick), 40, axis.at(tick), bottom, GRID);
      svg.text(axis.at(tick), bottom + 18, "middle", Svg.label(tick));
    }
    for (int i = 0; i < lines.size(); i++) {
      bar(svg, axis, lines.get(i), 48 + 26 * i);
    }
    svg.line(axis.at(1), 40, axis.at(1), bottom, INK);
    svg.text(
        (axis.from() + axis.to()) / 2, bottom + 42, "middle", "ratio (above 1: Mycel is faster)");
    return svg.end();
  }

  private static void bar(Svg svg, Axis axis, Map<String, String> line, double y) {
    double ratio = number(line, "ratio");
    double one = axis.at(1);
    double end = axis.at(ratio);
    double low = axis.at(number(line, "low", ratio));
    double high = axis.at(number(line, "high", ratio));
    svg.text(axis.from() - 8, y + 13, "end", text(line, "workload"));
    svg.bar(Math.min(one, end), y, Math.abs(end - one), 18, ratio < 1 ? COLOURS[1] : "#8fb4dc");
    svg.line(low, y + 9, high, y + 9, INK);
    svg.line(low, y + 5, low, y + 13, INK);
    svg.line(high, y + 5, high, y + 13, INK);
    svg.text(
        Math.max(Math.max(high, end), one) + 6,
        y + 13,
        "start",
        String.format(Locale.ROOT, "%.2f", ratio));
  }

  private static String curves(String group, Map<String, List<Point>> series) {
    List<Point> all = series.values().stream().flatMap(List::stream).toList();
    double[] xs = all.stream().mapToDouble(Point::x).sorted().toArray();
    double[] ys = all.stream().mapToDouble(Point::y).sorted().toArray();
    int height = 440;
    Svg svg = new Svg(WIDTH, height, "Time against " + axisName(group));
    double right = WIDTH - 40;
    Axis x =
        xs[0] > 0
            ? Axis.log(xs[0], xs[xs.length - 1], 90, right)
            : Axis.linear(xs[0], xs[xs.length - 1], 90, right); // zero has no logarithm
    Axis y = Axis.log(ys[0], ys[ys.length - 1], height - 60, 50);
    frame(svg, x, y, axisName(group));
    int number = 0;
    for (var one : series.entrySet()) {
      curve(svg, x, y, one.getValue(), COLOURS[number % COLOURS.length]);
      svg.dot(x.from() + 16, 66 + 18 * number, COLOURS[number % COLOURS.length]);
      svg.text(x.from() + 26, 70 + 18 * number, "start", one.getKey());
      number++;
    }
    return svg.end();
  }

  private static void frame(Svg svg, Axis x, Axis y, String name) {
    for (double tick : x.ticks()) {
      svg.line(x.at(tick), y.from(), x.at(tick), y.to(), GRID);
      svg.text(x.at(tick), y.from() + 18, "middle", Svg.label(tick));
    }
    for (double tick : y.ticks()) {
      svg.line(x.from(), y.at(tick), x.to(), y.at(tick), GRID);
      svg.text(x.from() - 8, y.at(tick) + 4, "end", Svg.label(tick));
    }
    svg.line(x.from(), y.from(), x.to(), y.from(), INK);
    svg.line(x.from(), y.from(), x.from(), y.to(), INK);
    svg.text((x.from() + x.to()) / 2, y.from() + 44, "middle", name);
    svg.upwards(24, (y.from() + y.to()) / 2, "median time in microseconds");
  }

  private static String axisName(String group) {
    return switch (group) {
      case "batch" -> "batch size";
      case "width" -> "width of two dense layers";
      case "depth" -> "number of dense layers";
      case "tape" -> "additions on the tape";
      case "dispatch" -> "tapes around an addition";
      default -> group;
    };
  }

  private static void curve(Svg svg, Axis x, Axis y, List<Point> points, String colour) {
    List<Point> sorted = new ArrayList<>(points);
    sorted.sort(java.util.Comparator.comparingDouble(Point::x));
    for (int i = 0; i < sorted.size(); i++) {
      Point p = sorted.get(i);
      svg.dot(x.at(p.x()), y.at(p.y()), colour);
      if (i > 0) {
        Point q = sorted.get(i - 1);
        svg.line(x.at(q.x()), y.at(q.y()), x.at(p.x()), y.at(p.y()), colour);
      }
    }
  }
}
