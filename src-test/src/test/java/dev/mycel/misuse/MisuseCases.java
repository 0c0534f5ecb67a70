package dev.mycel.misuse;

import static dev.mycel.core.Ops.concat;
import static dev.mycel.core.Ops.stack;
import static dev.mycel.core.Ops.zeros;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import dev.mycel.autograd.Autograd;
import dev.mycel.checkpoint.Checkpoints;
import dev.mycel.checkpoint.Encryption;
import dev.mycel.checkpoint.LoadOptions;
import dev.mycel.checkpoint.SaveOptions;
import dev.mycel.core.Attrs;
import dev.mycel.core.DType;
import dev.mycel.core.Generator;
import dev.mycel.core.Mycel;
import dev.mycel.core.Ops;
import dev.mycel.core.Pair;
import dev.mycel.core.Random;
import dev.mycel.core.Scope;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import dev.mycel.core.Variable;
import dev.mycel.nn.Cell;
import dev.mycel.nn.CellDict;
import dev.mycel.nn.CellList;
import dev.mycel.nn.PadMode;
import dev.mycel.nn.Parameter;
import dev.mycel.nn.Reduction;
import dev.mycel.nn.SequentialCell;
import dev.mycel.nn.layer.BatchNorm2d;
import dev.mycel.nn.layer.Conv2d;
import dev.mycel.nn.layer.Dense;
import dev.mycel.nn.layer.Dropout;
import dev.mycel.nn.layer.Embedding;
import dev.mycel.nn.layer.GRUCell;
import dev.mycel.nn.layer.LSTM;
import dev.mycel.nn.layer.MaxPool2d;
import dev.mycel.nn.layer.RNN;
import dev.mycel.nn.layer.ReLU;
import dev.mycel.nn.loss.MSELoss;
import dev.mycel.nn.loss.SoftmaxCrossEntropyWithLogits;
import dev.mycel.optim.Adam;
import dev.mycel.optim.Momentum;
import dev.mycel.optim.SGD;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

/** Mistakes by name. */
final class MisuseCases {
  private MisuseCases() {}

  static Map<String, Runnable> all() {
    Map<String, Runnable> cases = new LinkedHashMap<>();
    shapes(cases);
    types(cases);
    lifetimes(cases);
    gradients(cases);
    cells(cases);
    layers(cases);
    recurrent(cases);
    optimizers(cases);
    files(cases);
    CheckpointMistakes.add(cases);
    CellMistakes.add(cases);
    HookMistakes.add(cases);
    GradientMistakes.add(cases);
    PrecisionMistakes.add(cases);
    RandomMistakes.add(cases);
    TrainingMistakes.add(cases);
    Nd4jMistakes.add(cases);
    return cases;
  }

  private static void shapes(Map<String, Runnable> c) {
    c.put("add of shapes that do not broadcast", () -> zeros(2, 3).add(zeros(4, 3)));
    c.put("matmul with unequal inner axes", () -> zeros(2, 3).matmul(zeros(4, 5)));
    c.put("matmul of a scalar", () -> Tensor.of(1f).matmul(zeros(2)));
    c.put(
        "matmul with leading axes that do not broadcast",
        () -> zeros(2, 3, 4).matmul(zeros(3, 4, 5)));
    c.put("reshape to another number of elements", () -> zeros(2, 3).reshape(4, 2));
    c.put("reshape with two open extents", () -> zeros(2, 3).reshape(-1, -1));
    c.put("reshape whose open extent does not fit", () -> zeros(2, 3).reshape(4, -1));
    c.put("a negative extent", () -> zeros(2, -3));
    c.put("a size that overflows", () -> zeros(Long.MAX_VALUE, 3));
    c.put("an axis out of range", () -> zeros(2, 3).sum(2));
    c.put("an axis of a scalar", () -> Tensor.of(1f).sum(0));
    c.put("an axis named twice", () -> zeros(2, 3).sum(0, -2));
    c.put("transpose with too few axes", () -> zeros(2, 3, 4).transpose(1, 0));
    c.put("transpose with a repeated axis", () -> zeros(2, 3).transpose(0, 0));
    c.put("squeeze of an axis that is not one", () -> zeros(2, 3).squeeze(0));
    c.put("concat of nothing", () -> concat(List.of(), 0));
    c.put("concat of parts that do not fit", () -> concat(List.of(zeros(2, 3), zeros(2, 4)), 0));
    c.put("stack of unequal shapes", () -> stack(List.of(zeros(2), zeros(3)), 0));
    c.put("split into parts that do not add up", () -> Ops.split(zeros(5), new long[] {2, 2}, 0));
    c.put(
        "broadcast to a shape that does not fit", () -> Ops.broadcastTo(zeros(3), Shape.of(2, 4)));
    c.put("maximum of nothing", () -> zeros(0, 3).max(0));
    c.put("argmax of nothing", () -> zeros(0, 3).argmax(0));
    c.put("item of many elements", () -> zeros(2).item());
    c.put("data that do not fill the shape", () -> Tensor.of(new float[] {1, 2, 3}, 2, 2));
    c.put("ragged nested arrays", () -> Tensor.of(new float[][] {{1, 2}, {3}}));
    c.put("an index out of range", () -> zeros(3).at(5));
    c.put(
        "gather with an index out of range",
        () -> Ops.gather(zeros(3, 2), Tensor.of(new int[] {0, 7}, 2), 0));
    c.put("a step of zero", () -> Ops.arange(0, 3, 0, DType.FLOAT32));
    c.put(
        "a convolution whose channels do not fit",
        () ->
            Ops.conv(
                zeros(1, 3, 8, 8),
                zeros(4, 2, 3, 3),
                new Attrs.Conv(new long[] {1, 1}, new long[2], new long[2], new long[] {1, 1}, 1)));
    c.put(
        "a kernel larger than its input",
        () -> Conv2d.builder(1, 1, 5).padMode(PadMode.VALID).build().call(zeros(1, 1, 3, 3)));
  }

  private static void types(Map<String, Runnable> c) {
    c.put("an unknown dtype", () -> DType.of("float8"));
    c.put("a shift of floats", () -> zeros(2).shiftLeft(zeros(2)));
    c.put("minus of a bool", () -> zeros(2).gt(0).neg());
    c.put("a condition that is no bool", () -> Ops.where(zeros(2), zeros(2), zeros(2)));
    c.put("float indices", () -> Ops.gather(zeros(3), zeros(1), 0));
    c.put("an unknown backend", () -> Mycel.setBackend("abacus"));
    c.put("an unknown device", () -> Mycel.setDevice("TPU"));
    c.put("zero threads", () -> Mycel.setThreads(0));
    c.put("a budget of zero", () -> Mycel.setMemoryBudget(0));
    c.put("a negative seed", () -> Mycel.setSeed(-1));
    c.put("a generator's state of the wrong form", () -> new Generator().setState(zeros(3)));
    c.put("operands of two backends", MisuseCases::twoBackends);
  }

  private static void twoBackends() {
    Tensor here = zeros(2);
    Mycel.setBackend("reference");
    try {
      here.add(zeros(2));
    } finally {
      Mycel.setBackend("onednn");
    }
  }

  private static void lifetimes(Map<String, Runnable> c) {
    c.put("use after close", MisuseCases::useAfterClose);
    c.put("use after the scope ended", MisuseCases::useAfterScope);
    c.put("assign of another shape", () -> new Variable(zeros(2)).assign(zeros(3)));
    c.put("more memory than the budget", () -> zeros(1L << 40));
  }

  private static void useAfterClose() {
    Tensor t = Random.randn(32, 32);
    t.close();
    t.add(1);
  }

  private static void useAfterScope() {
    Tensor inner;
    try (Scope scope = Scope.open()) {
      inner = Random.randn(32, 32);
    }
    inner.add(1);
  }

  private static void gradients(Map<String, Runnable> c) {
    c.put("a tensor from another gradient", MisuseCases::escaped);
    c.put("a position that no input has", () -> Autograd.grad((Tensor x) -> x, 3).apply(zeros(2)));
    c.put("a negative position", () -> Autograd.grad((Tensor x) -> x, -1));
    c.put(
        "auxiliary results of a single tensor",
        () -> Autograd.valueAndGrad((Tensor x) -> x.sum()).hasAux().apply(zeros(2)));
    c.put(
        "a sensitivity of the wrong shape",
        () -> Autograd.valueAndGrad((Tensor x) -> x).withSensitivity(zeros(3)).apply(zeros(2)));
    c.put(
        "a custom backward with the wrong shape",
        () ->
            Autograd.grad(
                    (Tensor x) -> Autograd.customCall(x, v -> v.mul(2), (v, o, d) -> zeros(7)))
                .apply(zeros(2)));
    c.put(
        "a pull with the wrong shape",
        () -> Autograd.vjp((Tensor x) -> x.mul(2), zeros(2)).pull(zeros(3)));
  }

  private static void escaped() {
    AtomicReference<Tensor> kept = new AtomicReference<>(zeros(1));
    Autograd.grad(
            (Tensor x) -> {
              kept.set(x.mul(2));
              return x.sum();
            })
        .apply(zeros(2));
    kept.get().add(1);
  }

  /** Holds its children in a plain list, where nobody finds them. */
  private static final class Listed extends Cell<Tensor, Tensor> {
    @SuppressWarnings("unused")
    private final List<Dense> layers = List.of(new Dense(2, 2));

    @Override
    protected Tensor construct(Tensor x) {
      return x;
    }
  }

  private record Pieces(Dense first, long width) {}

  /** Holds its children in a record, where nobody finds them. */
  private static final class Bundled extends Cell<Tensor, Tensor> {
    private final Pieces pieces = new Pieces(new Dense(2, 2), 2);

    @Override
    protected Tensor construct(Tensor x) {
      return pieces.first().call(x);
    }
  }

  @SuppressWarnings("unchecked")
  private static Cell<Object, Object> anyInput(Cell<?, ?> cell) {
    return (Cell<Object, Object>) cell;
  }

  private static CellList<Cell<?, ?>> listOfAny() {
    return new CellList<>(List.<Cell<?, ?>>of(new ReLU()));
  }

  private static void cells(Map<String, Runnable> c) {
    c.put("a module that opens nothing", () -> inFolder(ClosedModule::askForParameters));
    c.put("a list of cells as a field", () -> new Listed().trainableParams());
    c.put("a record of cells as a field", () -> new Bundled().trainableParams());
    c.put(
        "a map with one cell that a dictionary refuses",
        () -> new CellDict<>().update(Map.of("fc", new CellList<>())));
    c.put("a dictionary put into a list", () -> listOfAny().set(0, new CellDict<>()));
    c.put("a child without a name", () -> new ReLU().insertChildToCell("", new ReLU()));
    c.put("a child's name with a dot", () -> new ReLU().insertChildToCell("a.b", new ReLU()));
    c.put(
        "a container of lists called", () -> anyInput(new CellList<>(new ReLU())).call(List.of()));
    c.put("an index that a container has not", () -> new SequentialCell(new ReLU()).get(3));
    c.put("a precision that is none", () -> new Dense(2, 2).toFloat(DType.INT32));
    c.put("setData of another shape", () -> new Parameter(zeros(2), "w").setData(zeros(3)));
    c.put(
        "an error deep in a net",
        () ->
            new SequentialCell(new Dense(2, 3), new SequentialCell(new Dense(4, 5)))
                .call(zeros(1, 2)));
  }

  private static void layers(Map<String, Runnable> c) {
    c.put("a dense layer of no channels", () -> new Dense(0, 3));
    c.put("groups that do not divide the channels", () -> Conv2d.builder(3, 4, 3).group(2).build());
    c.put("padding with same", () -> Conv2d.builder(3, 4, 3).padding(1).build());
    c.put("a dropout of one", () -> Dropout.p(1));
    c.put("batch normalisation of two axes", () -> new BatchNorm2d(3).call(zeros(2, 3)));
    c.put("pooling of two axes", () -> new MaxPool2d(2, 2).call(zeros(2, 3)));
    c.put("an embedding of nothing", () -> new Embedding(0, 4));
    c.put("unequal shapes in a loss", () -> new MSELoss().call(zeros(2), zeros(3)));
    c.put(
        "labels of the wrong type",
        () -> new SoftmaxCrossEntropyWithLogits(true, Reduction.MEAN).call(zeros(2, 3), zeros(2)));
    c.put(
        "a label out of range",
        () ->
            new SoftmaxCrossEntropyWithLogits(true, Reduction.MEAN)
                .call(zeros(2, 3), Tensor.of(new int[] {0, 3}, 2)));
  }

  private static List<Parameter> some() {
    return List.of(new Parameter(zeros(2), "w"));
  }

  private static void recurrent(Map<String, Runnable> c) {
    LSTM lstm = new LSTM(2, 3);
    Tensor x = zeros(4, 5, 2);
    Pair<Tensor, Tensor> other = new Pair<>(zeros(1, 5, 3), zeros(5, 3));
    c.put("a dropout that drops all", () -> LSTM.builder(2, 3).dropout(1).build());
    c.put("an unknown nonlinearity", () -> RNN.builder(2, 3, "gelu"));
    c.put("sequences of other features", () -> lstm.call(zeros(4, 5, 3)));
    c.put("sequences without steps", () -> lstm.call(zeros(0, 5, 2)));
    c.put("a state of another shape", () -> lstm.call(x, other));
    c.put(
        "a state of integers",
        () -> new GRUCell(2, 3).call(zeros(5, 2), Ops.zeros(Shape.of(5, 3), DType.INT32)));
    c.put("lengths of floats", () -> lstm.call(x, null, zeros(5)));
    c.put("too few lengths", () -> lstm.call(x, null, Tensor.of(new int[] {1, 2})));
    c.put(
        "a length beyond the steps",
        () -> lstm.call(x, null, Tensor.of(new int[] {1, 2, 3, 4, 5})));
  }

  private static void optimizers(Map<String, Runnable> c) {
    c.put("a learning rate of NaN", () -> new Momentum(some(), Double.NaN, 0.9));
    c.put("a negative learning rate", () -> new SGD(some(), -0.1));
    c.put("no parameters", () -> new Momentum(List.of(), 0.1, 0.9));
    c.put("a beta of one", () -> Adam.builder(some()).beta1(1).build());
    c.put("too few gradients", () -> new Momentum(some(), 0.1, 0.9).call(List.of()));
    c.put(
        "a gradient of the wrong shape",
        () -> new Momentum(some(), 0.1, 0.9).call(List.of(zeros(3))));
  }

  private static void files(Map<String, Runnable> c) {
    c.put(
        "a checkpoint that is not there",
        () -> inFolder(f -> Checkpoints.loadCheckpoint(f.resolve("none.ckpt"))));
    c.put(
        "a checkpoint that is a folder",
        () ->
            inFolder(f -> Checkpoints.loadCheckpoint(Files.createDirectory(f.resolve("d.ckpt")))));
    c.put("a checkpoint that is cut off", () -> inFolder(MisuseCases::cutOff));
    c.put(
        "a checkpoint of noise",
        () ->
            inFolder(
                f -> Checkpoints.loadCheckpoint(Files.write(f.resolve("noise.ckpt"), noise()))));
    c.put(
        "an empty checkpoint",
        () ->
            inFolder(
                f ->
                    Checkpoints.loadCheckpoint(Files.write(f.resolve("empty.ckpt"), new byte[0]))));
    c.put("a checkpoint for another net", () -> inFolder(MisuseCases::otherNet));
    c.put(
        "saving into a folder that is not there",
        () -> inFolder(f -> save(f.resolve("none").resolve("a.ckpt"))));
    c.put("saving to a full disk", MisuseCases::fullDisk);
    encryption(c);
  }

  private static void encryption(Map<String, Runnable> c) {
    Encryption by = Encryption.aesGcm(new byte[16]);
    SaveOptions encrypted = SaveOptions.defaults().encrypt(by);
    c.put("a password as a key", () -> Encryption.aesGcm("secret".getBytes(UTF_8)));
    c.put(
        "a mode of encryption that the JDK has not", () -> Encryption.of("SM4-CBC", new byte[16]));
    c.put("a check sum of an encrypted file", () -> encrypted.crcCheck(true));
    c.put("no prefix", () -> LoadOptions.defaults().specifyPrefix());
    c.put("a parallel training's file", () -> LoadOptions.defaults().removeRedundancy(true));
    c.put(
        "an encrypted checkpoint without its key",
        () -> inFolder(f -> Checkpoints.loadCheckpoint(saved(f, encrypted))));
    c.put(
        "an encrypted checkpoint that is opened without its key",
        () -> inFolder(f -> Checkpoints.open(saved(f, encrypted)).close()));
    c.put(
        "an encrypted checkpoint with another key",
        () -> inFolder(f -> load(saved(f, encrypted), Encryption.aesGcm(new byte[32]))));
    c.put(
        "an encrypted checkpoint with another mode",
        () -> inFolder(f -> load(saved(f, encrypted), Encryption.aesCbc(new byte[16]))));
    c.put(
        "a key for a checkpoint that is not encrypted",
        () -> inFolder(f -> load(saved(f, SaveOptions.defaults()), by)));
  }

  private static Path saved(Path folder, SaveOptions options) {
    return Checkpoints.saveCheckpoint(new Dense(2, 1), folder.resolve("e.ckpt"), options);
  }

  private static void load(Path file, Encryption by) {
    Checkpoints.loadCheckpoint(file, LoadOptions.defaults().decrypt(by));
  }

  private interface InFolder {
    void run(Path folder) throws IOException;
  }

  private static void inFolder(InFolder work) {
    try {
      Path folder = Files.createTempDirectory("mycel-misuse");
      work.run(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void save(Path file) {
    Checkpoints.saveCheckpoint(new Dense(2, 1), file);
  }

  private static void fullDisk() {
    Configuration small = Configuration.unix().toBuilder().setBlockSize(64).setMaxSize(128).build();
    try (FileSystem disk = Jimfs.newFileSystem(small)) {
      Checkpoints.saveCheckpoint(new Dense(64, 64), disk.getPath("/dense.ckpt"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] noise() {
    byte[] bytes = new byte[64];
    Arrays.fill(bytes, (byte) 0x7F);
    return bytes;
  }

  private static void cutOff(Path folder) throws IOException {
    Path file = folder.resolve("cut.ckpt");
    save(file);
    byte[] whole = Files.readAllBytes(file);
    Path cut = folder.resolve("cut2.ckpt");
    Files.write(cut, Arrays.copyOf(whole, whole.length - 3));
    Checkpoints.loadCheckpoint(cut);
  }

  private static void otherNet(Path folder) {
    Path file = folder.resolve("dense.ckpt");
    save(file);
    Checkpoints.loadParamIntoNet(new Dense(3, 1), Checkpoints.loadCheckpoint(file));
  }
}
