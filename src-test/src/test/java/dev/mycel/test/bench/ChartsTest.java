package dev.mycel.test.bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

class ChartsTest {
  @TempDir Path folder;

  @BeforeEach
  void draw() throws Exception {
    Files.write(
        folder.resolve("results.jsonl"),
        List.of(
            result("mlp", "fp32", ", \"roofline\": 0.7"),
            result("a<b&c", "fp32", ""),
            result("mlp", "bf16", "")));
    Files.write(
        folder.resolve("scaling.jsonl"),
        List.of(
            "{\"series\": \"batch a\", \"x\": 1, \"median_us\": 3.5}",
            "{\"series\": \"batch a\", \"x\": 2, \"median_us\": 5}",
            "{\"series\": \"batch b\", \"x\": 1, \"median_us\": 400}",
            "{\"series\": \"dispatch c\", \"x\": 0, \"median_us\": 0.07}"));
    Charts.draw(folder);
  }

  private static String result(String workload, String dtype, String more) {
    return String.format(
        "{\"workload\": \"%s\", \"dtype\": \"%s\", \"ours_ms\": 1, \"peer_ms\": 0.9,"
            + " \"ratio\": 0.9, \"low\": 0.04, \"high\": 1.2%s}",
        workload, dtype, more);
  }

  private Document parsed(String name) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(folder.resolve(name).toFile());
  }

  private static long count(Document svg, String tag, String type) {
    var found = svg.getElementsByTagName(tag);
    long n = 0;
    for (int i = 0; i < found.getLength(); i++) {
      n += ((Element) found.item(i)).getAttribute("class").equals(type) ? 1 : 0;
    }
    return n;
  }

  @Test
  void oneBarForEachLine() throws Exception {
    assertEquals(2, count(parsed("ratios-fp32.svg"), "rect", "bar"));
    assertEquals(1, count(parsed("ratios-bf16.svg"), "rect", "bar"));
  }

  @Test
  void oneChartForEachGroupOfSeries() throws Exception {
    // Each series has a dot in the legend.
    assertEquals(5, count(parsed("scaling-batch.svg"), "circle", ""));
    assertEquals(2, count(parsed("scaling-dispatch.svg"), "circle", ""));
  }

  @Test
  void sameInputGivesSameBytes() throws Exception {
    List<Path> charts;
    try (Stream<Path> files = Files.list(folder)) {
      charts = files.filter(f -> f.toString().endsWith(".svg")).toList();
    }
    assertEquals(4, charts.size());
    for (Path chart : charts) {
      byte[] before = Files.readAllBytes(chart);
      Charts.draw(folder);
      assertArrayEquals(before, Files.readAllBytes(chart), chart.toString());
      assertTrue(before.length > 500);
    }
  }
}
