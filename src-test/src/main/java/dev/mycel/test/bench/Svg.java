package dev.mycel.test.bench;

import java.util.Locale;

/** A drawing in the making; lengths in pixels. */
final class Svg {
  private final StringBuilder out = new StringBuilder();

  Svg(int width, int height) {
    out.append(
        String.format(
            Locale.ROOT,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\""
                + " font-family=\"sans-serif\" font-size=\"13\">%n",
            width,
            height,
            width,
            height));
    out.append("<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n");
  }

  void text(double x, double y, String anchor, String words) {
    text(x, y, anchor, words, "#222");
  }

  void text(double x, double y, String anchor, String words, String colour) {
    String safe = words.replace("&", "&amp;").replace("<", "&lt;");
    add(
        "<text x=\"%s\" y=\"%s\" text-anchor=\"%s\" fill=\"%s\">%s</text>",
        x, y, anchor, colour, safe);
  }

  void line(double x1, double y1, double x2, double y2, String colour) {
    add("<line x1=\"%s\" y1=\"%s\" x2=\"%s\" y2=\"%s\" stroke=\"%s\"/>", x1, y1, x2, y2, colour);
  }

  void bar(double x, double y, double width, double height, String colour) {
    add(
        "<rect class=\"bar\" x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" fill=\"%s\"/>",
        x, y, width, height, colour);
  }

  void dot(double x, double y, String colour) {
    add("<circle cx=\"%s\" cy=\"%s\" r=\"3\" fill=\"%s\"/>", x, y, colour);
  }

  void path(String steps, String colour) {
    add("<path d=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>", steps, colour);
  }

  private void add(String form, Object... parts) {
    Object[] shown = new Object[parts.length];
    for (int i = 0; i < parts.length; i++) {
      shown[i] = parts[i] instanceof Double d ? place(d) : parts[i];
    }
    out.append(String.format(Locale.ROOT, form, shown)).append('\n');
  }

  /** A length with one digit after the point. */
  static String place(double pixels) {
    return String.format(Locale.ROOT, "%.1f", pixels);
  }

  @Override
  public String toString() {
    return out + "</svg>\n";
  }
}
