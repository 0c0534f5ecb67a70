package dev.mycel.test.bench;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Draws the measured figures of a folder as SVG: {@code results.jsonl} as bars of ratios, {@code
 * scaling.jsonl} as curves. The same figures give the same bytes.
 */
final class Charts {
  private static final int WIDTH = 860;
  private static final int LEFT = 190;
  private static final int RIGHT = 30;
  private static final int TOP = 50;
  private static final int ROW = 24;
  private static final int PLOT = 300;
  private static final String[] COLOURS = {"#2563a8", "#c2571a", "#2c8a4b"};

  private Charts() {}

  /** Writes all charts of a folder beside its figures. */
  static void draw(Path folder) throws IOException {
    Map<String, List<JsonObject>> byType =
        grouped(lines(folder.resolve("results.jsonl")), "dtype", ":");
    for (Map.Entry<String, List<JsonObject>> e : byType.entrySet()) {
      write(folder.resolve("ratios-" + e.getKey() + ".svg"), ratios(e.getKey(), e.getValue()));
    }
    Map<String, List<JsonObject>> byKind =
        grouped(lines(folder.resolve("scaling.jsonl")), "series", ":");
    for (Map.Entry<String, List<JsonObject>> e : byKind.entrySet()) {
      write(folder.resolve("scaling-" + e.getKey() + ".svg"), curves(e.getKey(), e.getValue()));
    }
  }

  private static void write(Path file, String svg) throws IOException {
    Files.writeString(file, svg, StandardCharsets.UTF_8);
  }

  private static List<JsonObject> lines(Path file) throws IOException {
    List<JsonObject> found = new ArrayList<>();
    for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
      if (!line.isBlank()) {
        found.add(JsonParser.parseString(line).getAsJsonObject());
      }
    }
    return found;
  }

  /** By what a field says before a separator. */
  private static Map<String, List<JsonObject>> grouped(
      List<JsonObject> all, String field, String separator) {
    Map<String, List<JsonObject>> groups = new LinkedHashMap<>();
    for (JsonObject o : all) {
      String key = o.get(field).getAsString().split(separator)[0];
      groups.computeIfAbsent(key, k -> new ArrayList<>()).add(o);
    }
    return groups;
  }

  // ---- bars -------------------------------------------------------------------------------------

  /** A bar from one to the ratio on a logarithmic axis, with its range. */
  static String ratios(String dtype, List<JsonObject> rows) {
    double least = 0.5;
    double most = 2;
    for (JsonObject r : rows) {
      least = Math.min(least, r.get("low").getAsDouble());
      most = Math.max(most, r.get("high").getAsDouble());
    }
    Scale x = new Scale(least, most, LEFT, WIDTH - RIGHT);
    int height = TOP + rows.size() * ROW + 40;
    Svg svg = new Svg(WIDTH, height);
    svg.text(LEFT, 24, "start", "PyTorch's time over Mycel's, " + dtype + ": right of 1 is faster");
    for (double tick : x.ticks()) {
      svg.line(x.at(tick), TOP - 8, x.at(tick), height - 32, tick == 1 ? "#444" : "#ddd");
      svg.text(x.at(tick), height - 14, "middle", number(tick));
    }
    int y = TOP;
    for (JsonObject r : rows) {
      double ratio = r.get("ratio").getAsDouble();
      double from = Math.min(x.at(1), x.at(ratio));
      double length = Math.abs(x.at(ratio) - x.at(1));
      svg.text(LEFT - 10, y + 14, "end", r.get("workload").getAsString());
      svg.bar(from, y + 3, length, ROW - 8, ratio < 1 ? "#b03030" : COLOURS[0]);
      double middle = y + 3 + (ROW - 8) / 2.0;
      double low = x.at(r.get("low").getAsDouble());
      svg.line(low, middle, x.at(r.get("high").getAsDouble()), middle, "#222");
      svg.text(
          x.at(Math.max(ratio, r.get("high").getAsDouble())) + 6, y + 14, "start", number(ratio));
      y += ROW;
    }
    return svg.toString();
  }

  // ---- curves -----------------------------------------------------------------------------------

  /** Times over sizes, both logarithmic. */
  static String curves(String kind, List<JsonObject> points) {
    Map<String, List<JsonObject>> series = grouped(points, "series", "\0");
    boolean countsFromZero = points.stream().anyMatch(p -> p.get("x").getAsDouble() == 0);
    double shift = countsFromZero ? 1 : 0;
    Scale x = Scale.of(points, "x", shift, LEFT / 2, WIDTH - RIGHT);
    Scale y = Scale.of(points, "median_us", 0, TOP + PLOT, TOP);
    Svg svg = new Svg(WIDTH, TOP + PLOT + 60);
    svg.text(LEFT / 2, 24, "start", "Microseconds by " + kind);
    for (double tick : y.ticks()) {
      svg.line(LEFT / 2, y.at(tick), WIDTH - RIGHT, y.at(tick), "#ddd");
      svg.text(LEFT / 2 - 8, y.at(tick) + 4, "end", number(tick));
    }
    points.stream()
        .mapToDouble(p -> p.get("x").getAsDouble())
        .distinct()
        .forEach(v -> svg.text(x.at(v + shift), TOP + PLOT + 22, "middle", number(v)));
    int k = 0;
    for (Map.Entry<String, List<JsonObject>> e : series.entrySet()) {
      String colour = COLOURS[k % COLOURS.length];
      StringBuilder path = new StringBuilder();
      for (JsonObject p : e.getValue()) {
        double px = x.at(p.get("x").getAsDouble() + shift);
        double py = y.at(p.get("median_us").getAsDouble());
        path.append(path.length() == 0 ? "M" : " L").append(Svg.place(px)).append(' ');
        path.append(Svg.place(py));
        svg.dot(px, py, colour);
      }
      svg.path(path.toString(), colour);
      String name = e.getKey().substring(e.getKey().indexOf(':') + 1).strip();
      svg.text(LEFT / 2 + 14 + 180 * k, TOP + PLOT + 46, "start", name, colour);
      k++;
    }
    return svg.toString();
  }

  private static String number(double v) {
    return v >= 100 || v == Math.rint(v)
        ? String.format(Locale.ROOT, "%,d", Math.round(v))
        : String.format(Locale.ROOT, v < 0.1 ? "%.3f" : "%.2f", v);
  }

  /** A logarithmic axis. */
  private record Scale(double least, double most, double from, double to) {
    static Scale of(List<JsonObject> points, String field, double shift, double from, double to) {
      double least = Double.MAX_VALUE;
      double most = 0;
      for (JsonObject p : points) {
        least = Math.min(least, p.get(field).getAsDouble() + shift);
        most = Math.max(most, p.get(field).getAsDouble() + shift);
      }
      return new Scale(least, Math.max(most, least * 1.01), from, to);
    }

    double at(double value) {
      return from + (to - from) * Math.log(value / least) / Math.log(most / least);
    }

    /** Powers of ten, and twice and five times as much where there are few. */
    List<Double> ticks() {
      List<Double> ticks = new ArrayList<>();
      boolean fine = most / least < 500;
      for (int e = -6; e <= 12; e++) {
        for (double m : fine ? new double[] {1, 2, 5} : new double[] {1}) {
          double v = m * Math.pow(10, e);
          if (v >= least * 0.999 && v <= most * 1.001) {
            ticks.add(v);
          }
        }
      }
      return ticks;
    }
  }
}
