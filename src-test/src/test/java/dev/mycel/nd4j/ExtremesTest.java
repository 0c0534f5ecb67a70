package dev.mycel.nd4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.mycel.core.Attrs;
import dev.mycel.core.DType;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Mycel;
import dev.mycel.core.Prims;
import dev.mycel.core.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What ND4J computes among ordinary numbers alone is the reference's everywhere: NaN, infinities
 * and numbers that no integer holds are seen in large tensors, wherever they lie.
 */
class ExtremesTest {
  private static final long SEED = 20261127;
  private static final int ROWS = 60;
  private static final int COLUMNS = 70;

  @AfterEach
  void onTheDefaultBackend() {
    Mycel.setBackend("onednn");
  }

  private static Map<String, UnaryOperator<Tensor>> operations() {
    Map<String, UnaryOperator<Tensor>> all = new LinkedHashMap<>();
    all.put("max of rows", x -> x.max(1));
    all.put("max of columns", x -> x.max(0));
    all.put("max of all", x -> x.max());
    all.put("min of rows", x -> x.min(1));
    all.put("min of columns", x -> x.min(0));
    all.put("min of all", x -> x.min());
    all.put("argmax of rows", x -> x.argmax(1));
    all.put("argmax of columns", x -> x.argmax(0));
    all.put("argmax of all", x -> x.argmax());
    all.put("argmin of rows", x -> x.argmin(1));
    all.put("argmin of columns", x -> x.argmin(0));
    all.put("pool of 2 x 2", x -> pool(x, new long[] {2, 2}, new long[] {2, 2}, new long[2]));
    all.put("pool of 3 x 4", x -> pool(x, new long[] {3, 4}, new long[] {1, 3}, new long[] {2, 1}));
    all.put(
        "places of 3 x 3",
        x -> pooled(x, new long[] {3, 3}, new long[] {2, 2}, new long[] {1, 1})[1]);
    all.put("int32", x -> x.cast(DType.INT32));
    all.put("int64", x -> x.cast(DType.INT64));
    return all;
  }

  private static Tensor pool(Tensor x, long[] size, long[] strides, long[] padding) {
    return pooled(x, size, strides, padding)[0];
  }

  /** Largest numbers of one image's windows, and their places. */
  private static Tensor[] pooled(Tensor x, long[] size, long[] strides, long[] padding) {
    Tensor image = x.rank() == 4 ? x : x.reshape(1, 1, x.dim(0), x.dim(1));
    Attrs.Window window =
        new Attrs.Window(size, strides, padding, padding, new long[] {1, 1}, false);
    return Interpreters.bindAll(Prims.MAX_POOL, window, image);
  }

  /** Few different numbers, so that there are many equals, with other ones among them. */
  private static Map<String, double[]> inputs() {
    Map<String, double[]> all = new LinkedHashMap<>();
    double inf = Double.POSITIVE_INFINITY;
    all.put("plain", drawn());
    all.put("NaN first", drawn(0, Double.NaN));
    all.put("NaN last", drawn(ROWS * COLUMNS - 1, Double.NaN));
    all.put("NaN twice", drawn(1234, Double.NaN, 1236, Double.NaN, 4001, Double.NaN));
    all.put("infinities", drawn(77, inf, 78, -inf, 2000, inf));
    all.put("NaN and infinities", drawn(76, inf, 77, Double.NaN, 78, -inf));
    all.put("beyond int32", drawn(5, 3e9, 3000, -3e9, 3001, 0x1p31));
    all.put("beyond int64", drawn(5, 1e19, 3000, -1e19, 3001, 0x1p63));
    double[] least = new double[ROWS * COLUMNS];
    java.util.Arrays.fill(least, -inf);
    all.put("nothing but minus infinity", least);
    double[] top = new double[ROWS * COLUMNS];
    java.util.Arrays.fill(top, inf);
    all.put("nothing but infinity", top);
    return all;
  }

  private static double[] drawn(double... placesAndValues) {
    SplittableRandom random = new SplittableRandom(SEED);
    double[] values = new double[ROWS * COLUMNS];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextInt(-20, 20) / 4.0;
    }
    for (int i = 0; i < placesAndValues.length; i += 2) {
      values[(int) placesAndValues[i]] = placesAndValues[i + 1];
    }
    return values;
  }

  private static Map<String, UnaryOperator<Tensor>> arrangements() {
    Map<String, UnaryOperator<Tensor>> all = new LinkedHashMap<>();
    all.put("as it is", x -> x);
    all.put("transposed", x -> x.transpose(1, 0));
    all.put("backwards", x -> x.flip(0, 1));
    all.put("without the first row", x -> x.narrow(0, 1, ROWS - 1));
    all.put("without the first column", x -> x.narrow(1, 1, COLUMNS - 1));
    all.put("repeated", x -> x.narrow(0, 0, 1).broadcastTo(ROWS, COLUMNS));
    return all;
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"FLOAT32", "FLOAT64"})
  void resultsAreTheReferences(DType t) {
    inputs()
        .forEach(
            (input, values) ->
                arrangements()
                    .forEach(
                        (arrangement, view) ->
                            operations()
                                .forEach(
                                    (operation, op) ->
                                        assertArrayEquals(
                                            on("reference", t, values, view, op),
                                            on("nd4j", t, values, view, op),
                                            operation + ", " + input + ", " + arrangement))));
  }

  @Test
  void channelsThatAreCopiedInSeveralGroupsAreAllPooled() {
    double[] values = new SplittableRandom(SEED).doubles(3 * 41 * 50 * 52).toArray();
    for (long[] strides : new long[][] {{2, 2}, {1, 3}}) {
      long[] padding = {1, 1};
      Mycel.setBackend("reference");
      Tensor[] wanted =
          pooled(
              Tensor.of(values, 3, 41, 50, 52).cast(DType.FLOAT32),
              new long[] {3, 3},
              strides,
              padding);
      Mycel.setBackend("nd4j");
      Tensor[] found =
          pooled(
              Tensor.of(values, 3, 41, 50, 52).cast(DType.FLOAT32),
              new long[] {3, 3},
              strides,
              padding);
      assertArrayEquals(wanted[0].toDoubleArray(), found[0].toDoubleArray());
      assertArrayEquals(wanted[1].toDoubleArray(), found[1].toDoubleArray());
    }
  }

  private static double[] on(
      String backend,
      DType t,
      double[] values,
      UnaryOperator<Tensor> view,
      UnaryOperator<Tensor> op) {
    Mycel.setBackend(backend);
    return op.apply(view.apply(Tensor.of(values, ROWS, COLUMNS).cast(t))).toDoubleArray();
  }
}
