package dev.mycel.test.bench;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.nd4j.enums.WeightsFormat;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.custom.Lgamma;
import org.nd4j.linalg.api.ops.impl.layers.convolution.config.Conv2DConfig;
import org.nd4j.linalg.api.ops.impl.layers.convolution.config.Pooling2DConfig;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Expm1;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Log1p;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/** The same work in plain ND4J, by the calls that an application would write. */
final class Nd4jPeer {
  /** What a workload is called that needs neither Mycel nor the bridge between them. */
  static final String NAME = "plain-nd4j";

  private static final Map<String, Supplier<Runnable>> ALL = all();

  private Nd4jPeer() {}

  /**
   * The step of a workload.
   *
   * @throws IllegalArgumentException if there is none of that name
   */
  static Runnable step(String workload) {
    Supplier<Runnable> made = ALL.get(workload);
    if (made == null) {
      throw new IllegalArgumentException(
          "plain ND4J has no workload '" + workload + "', it has " + ALL.keySet());
    }
    return made.get();
  }

  private static Map<String, Supplier<Runnable>> all() {
    Map<String, Supplier<Runnable>> w = new LinkedHashMap<>();
    w.put("op-add4", () -> sum(random(4), random(4)));
    w.put("op-add-1m", () -> sum(random(1024, 1024), random(1024, 1024)));
    w.put("op-tanh-1m", () -> closing(random(1 << 20), x -> Transforms.tanh(x, true)));
    w.put("op-softmax-512x1024", () -> closing(random(512, 1024), x -> Nd4j.nn().softmax(x, 1)));
    w.put("op-matmul-64x128x64", () -> product(random(64, 128), random(128, 64)));
    w.put("op-matmul-512", () -> product(random(512, 512), random(512, 512)));
    w.put("op-matmul-1024", () -> product(random(1024, 1024), random(1024, 1024)));
    w.put("op-bmm-96x128x64x128", () -> batches(random(96, 128, 64), random(96, 64, 128)));
    w.put("op-conv3x3", Nd4jPeer::convolution);
    w.put("op-sum-axis0", () -> closing(random(4096, 1024), x -> x.sum(0)));
    w.put("op-sum-axis1", () -> closing(random(4096, 1024), x -> x.sum(1)));
    functions(w);
    w.put("bridge-to-tensor", () -> closing(random(1024, 1024), INDArray::dup));
    w.put("bridge-to-tensor-f", () -> closing(random(1024, 1024).dup('f'), x -> x.dup('c')));
    w.put("bridge-to-tensor-part", () -> closing(Bridge.part(random(1024, 1024)), x -> x.dup('c')));
    w.put("bridge-to-indarray", () -> closing(random(1024, 1024), INDArray::dup));
    w.put(
        "bridge-to-tensor-steps", () -> closing(Bridge.steps(random(1024, 1024)), x -> x.dup('c')));
    w.put("bridge-to-tensor-bool", () -> closing(Bridge.signs(random(1024, 1024)), INDArray::dup));
    w.put("bridge-add-1m", () -> sum(random(1024, 1024), random(1024, 1024)));
    return w;
  }

  private static void functions(Map<String, Supplier<Runnable>> w) {
    w.put("op-max-axis0", () -> closing(random(4096, 1024), x -> x.max(0)));
    w.put("op-max-axis1", () -> closing(random(4096, 1024), x -> x.max(1)));
    w.put("op-argmax", () -> closing(random(4096, 1024), x -> x.argMax(1)));
    w.put("op-maxpool", Nd4jPeer::maxPool);
    w.put("op-pow-1m", Nd4jPeer::pow);
    w.put("op-pad", Nd4jPeer::pad);
    w.put("op-full-1m", () -> () -> filled().close());
    w.put(
        "op-lgamma-1m",
        () -> closing(Transforms.abs(random(1 << 20)), x -> Nd4j.exec(new Lgamma(x))[0]));
    w.put("op-expm1-1m", () -> closing(random(1 << 20), x -> Nd4j.exec(new Expm1(x, x.ulike()))));
    w.put(
        "op-log1p-1m",
        () -> closing(Transforms.abs(random(1 << 20)), x -> Nd4j.exec(new Log1p(x, x.ulike()))));
    w.put("op-int-1m", () -> closing(random(1 << 20).muli(100), x -> x.castTo(DataType.INT32)));
    w.put("op-randn-1m", () -> () -> random(1 << 20).close());
  }

  private static Runnable maxPool() {
    Pooling2DConfig config = Pooling2DConfig.builder().kH(2).kW(2).sH(2).sW(2).build();
    return closing(random(32, 64, 28, 28), x -> Nd4j.cnn().maxPooling2d(x, config));
  }

  private static Runnable pow() {
    INDArray exponents = random(1 << 20);
    return closing(Transforms.abs(random(1 << 20)), x -> Nd4j.math().pow(x, exponents));
  }

  private static Runnable pad() {
    INDArray widths = Nd4j.createFromArray(new int[][] {{0, 0}, {0, 0}, {1, 1}, {1, 1}});
    return closing(random(32, 64, 28, 28), x -> Nd4j.nn().pad(x, widths, 0));
  }

  private static INDArray filled() {
    return Nd4j.valueArrayOf(new long[] {1024, 1024}, 3, DataType.FLOAT);
  }

  static INDArray random(long... shape) {
    return Nd4j.randn(DataType.FLOAT, shape);
  }

  /** An operation whose result is closed at once, so that no collector is needed. */
  private static Runnable closing(
      INDArray x, java.util.function.UnaryOperator<INDArray> operation) {
    return () -> operation.apply(x).close();
  }

  private static Runnable sum(INDArray a, INDArray b) {
    return () -> a.add(b).close();
  }

  private static Runnable product(INDArray a, INDArray b) {
    return () -> a.mmul(b).close();
  }

  private static Runnable batches(INDArray a, INDArray b) {
    return () -> Nd4j.matmul(a, b).close();
  }

  private static Runnable convolution() {
    INDArray x = random(32, 64, 28, 28);
    INDArray w = random(64, 64, 3, 3);
    Conv2DConfig config =
        Conv2DConfig.builder()
            .kH(3)
            .kW(3)
            .sH(1)
            .sW(1)
            .pH(1)
            .pW(1)
            .dataFormat("NCHW")
            .weightsFormat(WeightsFormat.OIYX)
            .build();
    return () -> Nd4j.cnn().conv2d(x, w, config).close();
  }
}
