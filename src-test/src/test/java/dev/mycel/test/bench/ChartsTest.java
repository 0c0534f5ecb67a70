package dev.mycel.test.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;

/** The charts of the benchmarks. */
class ChartsTest {
  private static final List<String> RESULTS =
      List.of(
          "{\"workload\": \"a<b\", \"dtype\": \"fp32\", \"ratio\": 2.5, \"low\": 2, \"high\": 3}",
          "{\"workload\": \"slow\", \"dtype\": \"fp32\", \"ratio\": 0.8, \"low\": 0.7, \"high\": 1.1}",
          "{\"workload\": \"other\", \"dtype\": \"bf16\", \"ratio\": 1.5, \"low\": 1, \"high\": 2}");
  private static final List<String> SCALING =
      List.of(
          "{\"series\": \"batch: mlp\", \"x\": 1, \"median_us\": 100}",
          "{\"series\": \"batch: mlp\", \"x\": 512, \"median_us\": 9000}",
          "{\"series\": \"tapes: additions\", \"x\": 0, \"median_us\": 65}",
          "{\"series\": \"tapes: additions\", \"x\": 2, \"median_us\": 400}");

  private static Document parsed(String svg) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
  }

  private static long bars(Document svg) {
    NodeList rects = svg.getElementsByTagName("rect");
    long bars = 0;
    for (int i = 0; i < rects.getLength(); i++) {
      bars += rects.item(i).getAttributes().getNamedItem("class") != null ? 1 : 0;
    }
    return bars;
  }

  @Test
  void eachResultIsABarAndTheSameFiguresGiveTheSameBytes(@TempDir Path folder) throws Exception {
    Files.write(folder.resolve("results.jsonl"), RESULTS);
    Files.write(folder.resolve("scaling.jsonl"), SCALING);
    Charts.draw(folder);
    String fp32 = Files.readString(folder.resolve("ratios-fp32.svg"));
    String batch = Files.readString(folder.resolve("scaling-batch.svg"));
    assertEquals(2, bars(parsed(fp32)));
    assertEquals(1, bars(parsed(Files.readString(folder.resolve("ratios-bf16.svg")))));
    assertEquals(2, parsed(batch).getElementsByTagName("circle").getLength());
    Document tapes = parsed(Files.readString(folder.resolve("scaling-tapes.svg")));
    assertEquals(1, tapes.getElementsByTagName("path").getLength());
    assertTrue(fp32.contains("a&lt;b"), fp32);
    Charts.draw(folder);
    assertEquals(fp32, Files.readString(folder.resolve("ratios-fp32.svg")));
    assertEquals(batch, Files.readString(folder.resolve("scaling-batch.svg")));
  }
}
