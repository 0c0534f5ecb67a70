package dev.mycel.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Printed tensors, against what MindSpore and NumPy printed. */
class PrinterTest {
  @TestFactory
  Stream<DynamicTest> printsWhatMindSporePrints() throws IOException {
    List<JsonObject> cases = new ArrayList<>();
    try (var in = PrinterTest.class.getResourceAsStream("/goldens/mindspore/names.jsonl");
        var lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        JsonObject c = JsonParser.parseString(line).getAsJsonObject();
        if (c.has("name") && c.get("name").getAsString().equals("tensor")) {
          cases.add(c);
        }
      }
    }
    assertTrue(cases.size() >= 25, "there are " + cases.size() + " golden cases");
    return cases.stream()
        .map(c -> DynamicTest.dynamicTest(c.get("id").getAsString(), () -> check(c)));
  }

  private static void check(JsonObject c) {
    JsonObject args = c.getAsJsonObject("args");
    DType dtype = DType.of(args.get("dtype").getAsString());
    Tensor x;
    if (args.has("counting")) {
      JsonArray extents = args.getAsJsonArray("counting");
      long[] shape = new long[extents.size()];
      for (int i = 0; i < shape.length; i++) {
        shape[i] = extents.get(i).getAsLong();
      }
      x = Ops.reshape(Ops.arange(0, Shape.of(shape).size(), 1, dtype), shape);
    } else {
      x = Tensor.of(value(args.get("values"), dtype), dtype);
    }
    JsonObject expected = c.getAsJsonObject("expect");
    assertEquals(expected.get("str").getAsString(), x.toString());
    assertEquals(expected.get("repr").getAsString(), x.repr());
  }

  private static Object value(JsonElement e, DType dtype) {
    if (e.isJsonArray()) {
      List<Object> parts = new ArrayList<>();
      e.getAsJsonArray().forEach(part -> parts.add(value(part, dtype)));
      return parts;
    }
    if (dtype == DType.BOOL) {
      return e.getAsBoolean();
    }
    String text = e.getAsString();
    return switch (text) {
      case "nan" -> Double.NaN;
      case "inf" -> Double.POSITIVE_INFINITY;
      case "-inf" -> Double.NEGATIVE_INFINITY;
      default -> e.getAsDouble();
    };
  }

  @Test
  void doublesShowAtMostEightDigitsBehindThePoint() {
    Tensor x = Tensor.of(new double[] {Math.PI, -Math.E, 0.5});
    assertEquals("[ 3.14159265 -2.71828183  0.5       ]", x.toString());
  }

  @Test
  void shortestDigitsOfFloatsAreFloatDigits() {
    assertEquals("[0.1 0.2 0.3]", Tensor.of(new float[] {0.1f, 0.2f, 0.3f}).toString());
    assertEquals("[1.e+08 2.e+00]", Tensor.of(new float[] {1e8f, 2}).toString());
    assertEquals(
        "[1.00000000e-05 3.33333333e-01]", Tensor.of(new double[] {1e-5, 1.0 / 3}).toString());
  }

  @Test
  void scalarsPrintAsNumPyScalars() {
    assertEquals("1e-05", Tensor.scalar(1e-5).toString());
    assertEquals("0.0001", Tensor.scalar(1e-4, DType.FLOAT64).toString());
    assertEquals("1e+16", Tensor.scalar(1e16).toString());
    assertEquals("1000000000000000.0", Tensor.scalar(1e15, DType.FLOAT64).toString());
    assertEquals("nan", Tensor.scalar(Double.NaN).toString());
    assertEquals("-0.0", Tensor.scalar(-0.0).toString());
    assertEquals("2e-44", Tensor.of(2e-44, DType.FLOAT64).toString());
  }

  @Test
  void largeMatricesAreSummarised() {
    Tensor x = Ops.reshape(Ops.arange(2000), 40, 50);
    assertEquals(
        """
        [[   0    1    2 ...   47   48   49]
         [  50   51   52 ...   97   98   99]
         [ 100  101  102 ...  147  148  149]
         ...
         [1850 1851 1852 ... 1897 1898 1899]
         [1900 1901 1902 ... 1947 1948 1949]
         [1950 1951 1952 ... 1997 1998 1999]]""",
        x.toString());
  }

  @Test
  void emptyTensorsPrintBrackets() {
    assertEquals("[]", Ops.zeros(0, 3).toString());
    assertEquals("Tensor(shape=[0, 3], dtype=Float32, value=\n)", Ops.zeros(0, 3).repr());
  }

  @Test
  void viewsPrintTheirElements() {
    Tensor x = Ops.reshape(Ops.arange(6), 2, 3).transpose().flip(0);
    assertEquals("[[2 5]\n [1 4]\n [0 3]]", x.toString());
  }

  @Test
  void closedTensorsDescribeThemselves() {
    Tensor x = Ops.zeros(2);
    x.close();
    assertEquals("Tensor(float32(2,), closed)", x.toString());
  }
}
