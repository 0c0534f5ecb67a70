package dev.mycel.onednn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.core.Attrs;
import dev.mycel.core.DType;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Layout;
import dev.mycel.core.Mycel;
import dev.mycel.core.Primitive;
import dev.mycel.core.Prims;
import dev.mycel.core.Random;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import dev.mycel.core.TensorType;
import dev.mycel.core.spi.Buffer;
import dev.mycel.core.spi.Kernel;
import dev.mycel.core.spi.KernelCall;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Convolutions by tiles give what direct ones give, but for rounding. */
class WinogradKernelsTest {
  private static final double TOLERANCE = 2e-5;

  private final OneDnnBackend backend = new OneDnnBackend();
  private final List<NativeStorage> taken = new ArrayList<>();
  private int threads;

  @BeforeEach
  void threadsAsTheyAre() {
    Mycel.setBackend("onednn");
    threads = backend.threads();
    backend.threads(2); // a call has to have work for every thread
  }

  @AfterEach
  void everythingComesBack() {
    backend.threads(threads);
    taken.forEach(NativeStorage::release);
    assertEquals(0, backend.memory().liveBlocks());
  }

  /** A convolution of [n, c, h, w] to o channels, with so many zeros before and after. */
  private record Case(int n, int c, int o, int h, int w, int low, int high) {
    Attrs.Conv conv() {
      return new Attrs.Conv(both(1), both(low), both(high), both(1), 1);
    }

    private static long[] both(int value) {
      return new long[] {value, value};
    }

    Shape x() {
      return Shape.of(n, c, h, w);
    }

    Shape weight() {
      return Shape.of(o, c, 3, 3);
    }

    Shape y() {
      return Shape.of(n, o, h + low + high - 2, w + low + high - 2);
    }
  }

  private static final Case EVEN = new Case(16, 64, 64, 8, 8, 1, 1);

  /** By groups and by positions, odd and even, whole and partial groups, narrow and wide. */
  private static final Case[] CASES = {
    EVEN,
    new Case(22, 64, 72, 7, 5, 1, 1),
    new Case(2, 67, 64, 24, 30, 0, 0),
    new Case(2, 64, 64, 5, 128, 0, 2),
    new Case(43, 64, 64, 2, 4, 2, 1),
    new Case(130, 64, 64, 3, 1, 0, 2),
    new Case(15, 512, 256, 5, 6, 1, 1),
    new Case(35, 256, 512, 3, 4, 1, 1),
  };

  private Buffer buffer(Shape shape, long seed) {
    float[] values = new float[(int) shape.size()];
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (random.nextDouble() * 2 - 1);
    }
    return buffer(shape, values);
  }

  private Buffer buffer(Shape shape, float[] values) {
    NativeStorage storage = backend.allocateNative(DType.FLOAT32, shape.size());
    taken.add(storage);
    storage.write(0, values, 0, values.length);
    return new Buffer(storage, Layout.contiguous(shape));
  }

  private <A> KernelCall<A> call(Primitive<A> p, A attrs, Shape result, Buffer... in) {
    TensorType type = new TensorType(result, DType.FLOAT32, backend.device());
    return new KernelCall<>(p, attrs, in, new TensorType[] {type}, backend, 0);
  }

  private KernelCall<Attrs.Conv> forward(Case c) {
    return call(Prims.CONV, c.conv(), c.y(), buffer(c.x(), 1), buffer(c.weight(), 2));
  }

  private KernelCall<Attrs.Conv> biased(Case c) {
    Buffer bias = buffer(Shape.of(c.o()), 4);
    return call(Prims.CONV, c.conv(), c.y(), buffer(c.x(), 1), buffer(c.weight(), 2), bias);
  }

  private KernelCall<Attrs.ConvGrad> inputGrad(Case c) {
    Attrs.ConvGrad attrs = new Attrs.ConvGrad(c.conv(), c.x());
    return call(Prims.CONV_INPUT_GRAD, attrs, c.x(), buffer(c.y(), 3), buffer(c.weight(), 2));
  }

  private KernelCall<Attrs.ConvGrad> weightGrad(Case c) {
    Attrs.ConvGrad attrs = new Attrs.ConvGrad(c.conv(), c.weight());
    return call(Prims.CONV_WEIGHT_GRAD, attrs, c.weight(), buffer(c.x(), 1), buffer(c.y(), 3));
  }

  /** Runs a kernel and gives its result row-major. */
  private <A> float[] run(Kernel<A> kernel, KernelCall<A> call) {
    kernel.run(call);
    Buffer made = call.allocated(0);
    NativeStorage storage = (NativeStorage) made.storage();
    int size = (int) made.size();
    float[] plain = new float[size];
    try (Staging staging = new Staging(backend)) {
      long address = staging.address(made, Layout.contiguous(made.shape()));
      NativeBlock.floats(address, size).get(0, plain);
    }
    storage.release();
    return plain;
  }

  private static void assertClose(float[] right, float[] found, String what) {
    assertEquals(right.length, found.length, what);
    double square = 0;
    double worst = 0;
    for (int i = 0; i < right.length; i++) {
      square += (double) right[i] * right[i];
      worst = Math.max(worst, Math.abs((double) right[i] - found[i]));
    }
    double scale = Math.sqrt(square / right.length);
    assertTrue(worst < TOLERANCE * scale, what + ": off by " + worst + " of " + scale);
  }

  @Test
  void resultsAreThoseOfTheDirectKernels() {
    for (Case c : CASES) {
      assertTrue(WinogradKernels.takes(forward(c)), c.toString());
      float[] right = run(ConvolutionKernels::forward, forward(c));
      assertClose(right, run(WinogradKernels::forward, forward(c)), "forward " + c);
      right = run(ConvolutionKernels::forward, biased(c));
      assertClose(right, run(WinogradKernels::forward, biased(c)), "biased " + c);
      right = run(ConvolutionKernels::inputGrad, inputGrad(c));
      assertClose(right, run(WinogradKernels::inputGrad, inputGrad(c)), "data " + c);
      right = run(ConvolutionKernels::weightGrad, weightGrad(c));
      assertClose(right, run(WinogradKernels::weightGrad, weightGrad(c)), "weight " + c);
    }
  }

  @Test
  void theNumberOfThreadsChangesNoBit() {
    for (Case c : new Case[] {CASES[1], CASES[6]}) {
      List<float[]> right = all(c, 1);
      for (int count = 2; count <= 3; count++) {
        List<float[]> found = all(c, count);
        for (int i = 0; i < 3; i++) {
          assertArrayEquals(right.get(i), found.get(i), c + ", " + i + ", " + count);
        }
      }
    }
  }

  private List<float[]> all(Case c, int count) {
    backend.threads(count);
    return List.of(
        run(WinogradKernels::forward, forward(c)),
        run(WinogradKernels::inputGrad, inputGrad(c)),
        run(WinogradKernels::weightGrad, weightGrad(c)));
  }

  /** The result of a call and of the call with another number in one place of an input. */
  private <A> void assertDirect(
      Kernel<A> tiles, Kernel<A> direct, KernelCall<A> call, int input, float value) {
    Buffer changed = call.input(input);
    NativeStorage storage = (NativeStorage) changed.storage();
    float[] before = new float[1];
    int at = (int) changed.size() / 2 + 13;
    storage.read(at, before, 0, 1);
    storage.write(at, new float[] {value}, 0, 1);
    String what = call.primitive() + " with " + value + " in input " + input;
    assertArrayEquals(run(direct, call), run(tiles, call), what);
    storage.write(at, before, 0, 1);
  }

  @Test
  void whatIsNotFiniteIsWhatTheDirectKernelsMakeOfIt() {
    float[] values = {Float.NaN, Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY};
    for (float value : values) {
      for (Case c : Float.isNaN(value) ? new Case[] {EVEN, CASES[6]} : new Case[] {EVEN}) {
        for (int input = 0; input < 2; input++) {
          assertDirect(
              WinogradKernels::forward, ConvolutionKernels::forward, forward(c), input, value);
          assertDirect(
              WinogradKernels::inputGrad,
              ConvolutionKernels::inputGrad,
              inputGrad(c),
              input,
              value);
          assertDirect(
              WinogradKernels::weightGrad,
              ConvolutionKernels::weightGrad,
              weightGrad(c),
              input,
              value);
        }
      }
    }
    assertDirect(WinogradKernels::forward, ConvolutionKernels::forward, biased(EVEN), 2, Float.NaN);
  }

  @Test
  void whatOverflowsInATileOnlyIsComputedDirectly() {
    float[] x = new float[(int) EVEN.x().size()];
    for (int i = 0; i < x.length; i++) {
      x[i] = (i / 2) % 2 == 0 ? 3e38f : -3e38f;
    }
    float[] w = new float[(int) EVEN.weight().size()];
    Arrays.fill(w, 1e-6f);
    KernelCall<Attrs.Conv> call =
        call(Prims.CONV, EVEN.conv(), EVEN.y(), buffer(EVEN.x(), x), buffer(EVEN.weight(), w));
    float[] right = run(ConvolutionKernels::forward, call);
    for (float v : right) {
      assertTrue(Float.isFinite(v));
    }
    assertArrayEquals(right, run(WinogradKernels::forward, call));
  }

  @Test
  void aWeightThatIsUsedAgainIsTransformedOnce() {
    KernelCall<Attrs.Conv> call = forward(EVEN);
    float[] first = run(WinogradKernels::forward, call);
    long before = backend.memory().liveBlocks();
    assertArrayEquals(first, run(WinogradKernels::forward, call));
    assertEquals(before + 1, backend.memory().liveBlocks());
    assertArrayEquals(first, run(WinogradKernels::forward, call));
    assertEquals(before + 1, backend.memory().liveBlocks());
  }

  @Test
  void callsThatGainNothingAreLeftToTheDirectKernels() {
    assertFalse(WinogradKernels.takes(forward(new Case(17, 63, 64, 8, 8, 1, 1))), "channels in");
    assertFalse(WinogradKernels.takes(forward(new Case(33, 64, 32, 8, 8, 1, 1))), "channels out");
    assertFalse(WinogradKernels.takes(forward(new Case(15, 64, 64, 8, 8, 1, 1))), "tiles");
    backend.threads(5);
    assertFalse(WinogradKernels.takes(forward(EVEN)), "threads");
    backend.threads(2);
    assertTrue(WinogradKernels.takes(forward(EVEN)));
    assertFalse(WinogradKernels.takes(forward(new Case(2, 64, 64, 8, 130, 1, 1))), "width");
    assertFalse(WinogradKernels.takes(forward(new Case(16, 64, 64, 8, 8, 3, 1))), "padding");
    assertFalse(takes(1, 1, 1, 1), "kernel");
    assertFalse(takes(3, 2, 1, 1), "stride");
    assertFalse(takes(3, 1, 2, 1), "dilation");
    assertFalse(takes(3, 1, 1, 2), "groups");
    assertTrue(takes(3, 1, 1, 1));
  }

  private boolean takes(int kernel, long stride, long dilation, int groups) {
    long[] pads = Case.both(0);
    Attrs.Conv conv =
        new Attrs.Conv(Case.both((int) stride), pads, pads, Case.both((int) dilation), groups);
    long side = (40 - dilation * (kernel - 1) - 1) / stride + 1;
    return WinogradKernels.takes(
        call(
            Prims.CONV,
            conv,
            Shape.of(2, 128, side, side),
            buffer(Shape.of(2, 128, 40, 40), 1),
            buffer(Shape.of(128, 128 / groups, kernel, kernel), 2)));
  }

  /** What the child process runs: a convolution whose bits tell which kernel computed it. */
  static final class Child {
    public static void main(String[] args) {
      System.out.println("bits " + bits());
    }
  }

  private static int bits() {
    Mycel.setBackend("onednn");
    Mycel.setThreads(2);
    Mycel.setSeed(5);
    Tensor x = Random.randn(16, 64, 8, 8);
    Tensor w = Random.randn(64, 64, 3, 3);
    return Arrays.hashCode(Interpreters.bind(Prims.CONV, EVEN.conv(), x, w).toFloatArray());
  }

  @Test
  void aPropertySwitchesThemOff() throws IOException, InterruptedException {
    String classes =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dmycel.winograd=false",
                "-cp",
                classes,
                Child.class.getName())
            .redirectErrorStream(true)
            .start();
    String out = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, child.waitFor(), out);
    String off = out.lines().filter(l -> l.startsWith("bits ")).findFirst().orElse(out);
    assertNotEquals("bits " + bits(), off, "the property did nothing");
  }
}
