package dev.mycel.golden;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.mycel.core.DType;
import dev.mycel.core.Shape;
import dev.mycel.nn.NamedParameter;
import dev.mycel.nn.Parameter;
import dev.mycel.nn.init.*;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/**
 * Runs cases of the kind init: exact values, statistics of random ones, and the defaults of layers.
 */
final class InitCases {
  private static final int SAMPLES = 40000;
  private static final Map<String, Function<Args, Initializer>> TABLE = new LinkedHashMap<>();

  private InitCases() {}

  static {
    TABLE.put("Zero", a -> new Zero());
    TABLE.put("One", a -> new One());
    TABLE.put("Constant", a -> new Constant(a.number("value")));
    TABLE.put("number", a -> new Constant(a.number("value")));
    TABLE.put("Identity", a -> new Identity());
    TABLE.put("Dirac", a -> new Dirac(a.integer("groups", 1)));
    TABLE.put("Uniform", a -> new Uniform(a.number("scale", 0.07)));
    TABLE.put("Normal", a -> new Normal(a.number("sigma", 0.01), a.number("mean", 0)));
    TABLE.put(
        "TruncatedNormal",
        a ->
            new TruncatedNormal(
                a.number("sigma", 0.01), a.number("mean", 0), a.number("a", -2), a.number("b", 2)));
    TABLE.put("XavierUniform", a -> new XavierUniform(a.number("gain", 1)));
    TABLE.put("XavierNormal", a -> new XavierNormal(a.number("gain", 1)));
    TABLE.put(
        "HeUniform", a -> new HeUniform(a.number("negative_slope", 0), mode(a), nonlinearity(a)));
    TABLE.put(
        "HeNormal", a -> new HeNormal(a.number("negative_slope", 0), mode(a), nonlinearity(a)));
    TABLE.put("Sparse", a -> new Sparse(a.number("sparsity"), a.number("sigma", 0.01)));
    TABLE.put("Orthogonal", a -> new Orthogonal(a.number("gain", 1)));
    TABLE.put(
        "VarianceScaling",
        a ->
            new VarianceScaling(
                a.number("scale", 1),
                mode(a),
                VarianceScaling.Distribution.of(a.text("distribution", "truncated_normal"))));
  }

  private static Mode mode(Args a) {
    return Mode.valueOf(a.text("mode", "fan_in").toUpperCase(Locale.ROOT));
  }

  private static Nonlinearity nonlinearity(Args a) {
    return Nonlinearity.valueOf(a.text("nonlinearity", "leaky_relu").toUpperCase(Locale.ROOT));
  }

  static void run(GoldenCase c, Comparison cmp) {
    JsonObject expect = c.object("expect");
    if (expect.has("parameters")) {
      layer(c, expect, cmp);
      return;
    }
    Shape shape = Shape.of(c.args().longs("shape"));
    DType dtype = DType.of(c.json().get("dtype").getAsString());
    if (expect.has("values")) {
      List<Double> right = new ArrayList<>();
      NameCases.flatten(expect.get("values"), right);
      GoldenArray found = draw(initializer(c), shape, dtype);
      cmp.check("type", found.dtype(), dtype);
      cmp.check("shape", found.shape(), shape);
      cmp.check("values", found.numbers(), right.stream().mapToDouble(d -> d).toArray());
    } else if (expect.has("side")) {
      orthogonal(draw(initializer(c), shape, dtype), expect, cmp);
    } else {
      random(c, shape, dtype, expect.getAsJsonObject("formula"), cmp);
    }
  }

  private static Initializer initializer(GoldenCase c) {
    Args a = c.args();
    a.raw("shape");
    Function<Args, Initializer> factory = TABLE.get(c.name());
    if (factory == null) {
      try {
        return Initializers.of(c.name());
      } catch (dev.mycel.core.ArgumentException e) {
        throw new Unsupported("initialiser " + c.name());
      }
    }
    Initializer made = factory.apply(a);
    a.finish();
    return made;
  }

  private static GoldenArray draw(Initializer init, Shape shape, DType dtype) {
    Parameter p = new Parameter(Initializers.initializer(init, shape, dtype), "drawn");
    return GoldenArray.of(p.initData().value());
  }

  private static void random(
      GoldenCase c, Shape shape, DType dtype, JsonObject formula, Comparison cmp) {
    List<double[]> draws = new ArrayList<>();
    int size = (int) shape.size();
    for (int n = 0; n < SAMPLES; n += size) {
      draws.add(draw(initializer(c), shape, dtype).numbers());
    }
    if (formula.has("zeros_per_column")) {
      int right = formula.get("zeros_per_column").getAsInt();
      draws.forEach(d -> zeros(d, shape, right, cmp));
      draws.replaceAll(d -> java.util.Arrays.stream(d).filter(v -> v != 0).toArray());
    }
    Statistics found = Statistics.of(draws);
    double std = formula.get("std").getAsDouble();
    found.checkMoments("", formula.get("mean").getAsDouble(), std, cmp);
    if (formula.get("distribution").getAsString().equals("uniform") && !isSlip(c)) {
      double low = formula.get("low").getAsDouble();
      double high = formula.get("high").getAsDouble();
      found.checkRange("", low, high, cmp);
    }
  }

  /**
   * Where MindSpore draws uniformly what it documents as a truncated normal: mean and deviation are
   * the same, the range is not (docs/differences.md).
   */
  private static boolean isSlip(GoldenCase c) {
    return c.name().equals("VarianceScaling") && !c.object("args").has("distribution");
  }

  private static void zeros(double[] drawn, Shape shape, int right, Comparison cmp) {
    int columns = (int) shape.dim(1);
    for (int j = 0; j < columns; j++) {
      int zeros = 0;
      for (int i = 0; i < shape.dim(0); i++) {
        zeros += drawn[i * columns + j] == 0 ? 1 : 0;
      }
      if (zeros != right) {
        cmp.check("zeros in column " + j, zeros, right);
      }
    }
  }

  private static void orthogonal(GoldenArray found, JsonObject expect, Comparison cmp) {
    int rows = (int) found.shape().dim(0);
    int columns = (int) (found.shape().size() / rows);
    double[] v = found.numbers();
    boolean byRows = expect.get("side").getAsString().equals("rows");
    int count = byRows ? rows : columns;
    int length = byRows ? columns : rows;
    double scale = expect.get("scale").getAsDouble();
    double worst = 0;
    for (int i = 0; i < count; i++) {
      for (int j = 0; j < count; j++) {
        double product = 0;
        for (int k = 0; k < length; k++) {
          product +=
              byRows
                  ? v[i * columns + k] * v[j * columns + k]
                  : v[k * columns + i] * v[k * columns + j];
        }
        worst = Math.max(worst, Math.abs(product - (i == j ? scale : 0)));
      }
    }
    if (worst > 1e-5 * scale) {
      cmp.fail("not orthogonal: off by " + worst);
    }
  }

  private static void layer(GoldenCase c, JsonObject expect, Comparison cmp) {
    int samples = expect.get("samples").getAsInt();
    Map<String, List<double[]>> drawn = new LinkedHashMap<>();
    Map<String, Shape> shapes = new LinkedHashMap<>();
    for (int i = 0; i < samples; i++) {
      for (NamedParameter named : Layers.make(c.args()).cell().parametersAndNames()) {
        drawn
            .computeIfAbsent(named.name(), k -> new ArrayList<>())
            .add(GoldenArray.of(named.parameter().value()).numbers());
        shapes.put(named.name(), named.parameter().shape());
      }
    }
    JsonObject parameters = expect.getAsJsonObject("parameters");
    cmp.check("parameters", drawn.keySet(), parameters.keySet());
    for (Map.Entry<String, JsonElement> e : parameters.entrySet()) {
      List<double[]> values = drawn.get(e.getKey());
      if (values != null) {
        JsonObject p = e.getValue().getAsJsonObject();
        cmp.check(
            "shape of " + e.getKey(), shapes.get(e.getKey()), Shape.of(Args.longs(p.get("shape"))));
        Statistics.of(values).checkLike(e.getKey() + " ", p.getAsJsonObject("measured"), cmp);
      }
    }
  }
}
