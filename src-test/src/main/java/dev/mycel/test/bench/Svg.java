package dev.mycel.test.bench;

import java.util.Locale;

/** A drawing. Numbers have one decimal, so that the same drawing is the same text everywhere. */
final class Svg {
  private final StringBuilder out = new StringBuilder();

  Svg(int width, int height, String title) {
    add(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\""
            + " font-family=\"sans-serif\" font-size=\"12\">%n",
        width, height, width, height);
    add("<title>%s</title>%n", escape(title));
    add("<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>%n", width, height);
    add(
        "<text x=\"%.1f\" y=\"22.0\" font-size=\"15\" text-anchor=\"middle\">%s</text>%n",
        width / 2.0, escape(title));
  }

  void line(double x1, double y1, double x2, double y2, String colour) {
    add(
        "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\"/>%n",
        x1, y1, x2, y2, colour);
  }

  void bar(double x, double y, double width, double height, String colour) {
    add(
        "<rect class=\"bar\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"/>%n",
        x, y, width, height, colour);
  }

  void dot(double x, double y, String colour) {
    add("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>%n", x, y, colour);
  }

  /** Text whose anchor is start, middle or end. */
  void text(double x, double y, String anchor, String text) {
    add("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>%n", x, y, anchor, escape(text));
  }

  /** Text that runs upwards, for the vertical axis. */
  void upwards(double x, double y, String text) {
    add(
        "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\" transform=\"rotate(-90 %.1f %.1f)\">%s</text>%n",
        x, y, x, y, escape(text));
  }

  String end() {
    return out + "</svg>\n";
  }

  /** A number as a label: as short as it can be. */
  static String label(double value) {
    return value >= 1 && value < 1e15 && value == Math.rint(value)
        ? String.valueOf((long) value)
        : String.valueOf((float) value);
  }

  private void add(String format, Object... args) {
    out.append(String.format(Locale.ROOT, format.replace("%n", "\n"), args));
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
