package dev.mycel.misuse;

import static dev.mycel.core.Ops.ones;
import static dev.mycel.core.Ops.zeros;

import dev.mycel.checkpoint.Checkpoints;
import dev.mycel.checkpoint.MappingMode;
import dev.mycel.checkpoint.names.NameMap;
import dev.mycel.core.Mycel;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import dev.mycel.nd4j.NdArrays;
import dev.mycel.nd4j.NdBatches;
import dev.mycel.nd4j.NdParameters;
import dev.mycel.nd4j.SharedArray;
import dev.mycel.nn.SequentialCell;
import dev.mycel.nn.layer.Dense;
import dev.mycel.nn.layer.LSTM;
import dev.mycel.nn.layer.LayerNorm;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.memory.conf.WorkspaceConfiguration;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.ViewIterator;
import org.nd4j.linalg.factory.Nd4j;

/** Mistakes with ND4J's arrays, data sets and tables of parameters. */
final class Nd4jMistakes {
  private static final WorkspaceConfiguration SMALL =
      WorkspaceConfiguration.builder().initialSize(1 << 16).build();

  private Nd4jMistakes() {}

  static void add(Map<String, Runnable> c) {
    closed(c);
    workspaces(c);
    sharing(c);
    types(c);
    batches(c);
    parameters(c);
  }

  private static INDArray array() {
    return Nd4j.ones(DataType.FLOAT, 2, 3);
  }

  private static INDArray closedArray() {
    INDArray array = array();
    array.close();
    return array;
  }

  /** Runs on ND4J's backend, which only then can share memory with arrays. */
  private static void onNd4j(Runnable mistake) {
    Mycel.setBackend("nd4j");
    try {
      mistake.run();
    } finally {
      Mycel.setBackend("onednn");
    }
  }

  // ---- lifetimes --------------------------------------------------------------------------------

  private static void closed(Map<String, Runnable> c) {
    c.put("a copy of a closed array", () -> NdArrays.toTensor(closedArray()));
    c.put("a view of a closed array", () -> onNd4j(() -> NdArrays.viewOf(closedArray())));
    c.put("an array closed before its view", () -> onNd4j(Nd4jMistakes::closedBeforeItsView));
    c.put(
        "an array closed before the view of a part", () -> onNd4j(Nd4jMistakes::closedBeforeAPart));
    c.put("an array of a closed tensor", () -> NdArrays.toINDArray(closedTensor()));
    c.put("a share of a closed tensor", () -> onNd4j(() -> share(closedTensor())));
  }

  private static void closedBeforeItsView() {
    INDArray array = array();
    Tensor view = NdArrays.viewOf(array);
    array.close();
    view.add(1);
  }

  private static void closedBeforeAPart() {
    INDArray array = array();
    Tensor row = NdArrays.viewOf(array.getRow(1));
    array.close();
    row.toFloatArray();
  }

  private static Tensor closedTensor() {
    Tensor t = zeros(32, 32);
    t.close();
    return t;
  }

  private static void share(Tensor tensor) {
    SharedArray shared = NdArrays.share(tensor);
    shared.close();
  }

  // ---- workspaces -------------------------------------------------------------------------------

  private static void workspaces(Map<String, Runnable> c) {
    c.put(
        "a view of an array in a workspace",
        () -> onNd4j(() -> inWorkspace(a -> NdArrays.viewOf(a))));
    c.put("an array of a workspace that was closed", () -> NdArrays.toTensor(inWorkspace(a -> {})));
    c.put("an array of an earlier round of its workspace", Nd4jMistakes::earlierRound);
    c.put("an array of another thread's workspace", Nd4jMistakes::otherThread);
    c.put(
        "a batch from another thread's workspace",
        () -> inWorkspace(a -> elsewhere(() -> first(new DataSet(a, a)))));
  }

  /** An array of a workspace, which is used while that is open, and given when it no longer is. */
  private static INDArray inWorkspace(Consumer<INDArray> use) {
    try (MemoryWorkspace ws = Nd4j.getWorkspaceManager().getAndActivateWorkspace(SMALL, "ROUND")) {
      INDArray attached = array().addi(0);
      use.accept(attached);
      return attached;
    }
  }

  private static void earlierRound() {
    INDArray old = inWorkspace(a -> {});
    inWorkspace(a -> NdArrays.toTensor(old));
  }

  private static void otherThread() {
    inWorkspace(a -> elsewhere(() -> NdArrays.toTensor(a)));
  }

  private static void elsewhere(Runnable mistake) {
    try {
      CompletableFuture.runAsync(mistake).join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  // ---- views and types --------------------------------------------------------------------------

  private static void sharing(Map<String, Runnable> c) {
    c.put("a view of an array on another backend", () -> NdArrays.viewOf(array()));
    c.put("a share of a tensor of another backend", () -> share(ones(2, 3)));
    c.put("a view of an array that repeats", () -> onNd4j(() -> NdArrays.viewOf(repeated())));
    c.put(
        "a share of repeated elements",
        () -> onNd4j(() -> share(ones(1, 3).broadcastTo(Shape.of(2, 3)))));
    c.put("a share of elements in reverse", () -> onNd4j(() -> share(ones(2, 3).flip(0))));
  }

  private static INDArray repeated() {
    INDArray row = Nd4j.ones(DataType.FLOAT, 3);
    return Nd4j.create(row.data(), new long[] {2, 3}, new long[] {0, 1}, 0, 'c', DataType.FLOAT);
  }

  @SuppressWarnings("NullAway")
  private static void types(Map<String, Runnable> c) {
    c.put("no array", () -> NdArrays.toTensor(null));
    c.put("no tensor", () -> NdArrays.toINDArray(null));
    c.put("an array of unsigned numbers", () -> NdArrays.toTensor(Nd4j.create(DataType.UINT32, 2)));
    c.put("an array of texts", () -> NdArrays.toTensor(Nd4j.create("a", "b")));
    c.put(
        "a compressed array",
        () -> NdArrays.toTensor(Nd4j.getCompressor().compress(array(), "GZIP")));
    c.put("an array of too many axes", () -> NdArrays.toINDArray(zeros(manyAxes())));
  }

  private static long[] manyAxes() {
    long[] dims = new long[33];
    Arrays.fill(dims, 1);
    return dims;
  }

  // ---- batches ----------------------------------------------------------------------------------

  private static void batches(Map<String, Runnable> c) {
    INDArray labels = Nd4j.eye(2).castTo(DataType.FLOAT);
    c.put(
        "images with their channels last",
        () -> first(batches(images(4, 4, 3), labels).examples(3, 4, 4)));
    c.put("images that are flat", () -> first(batches(images(48), labels).examples(3, 4, 4)));
    c.put(
        "images of another size", () -> first(batches(images(3, 5, 4), labels).examples(3, 4, 4)));
    c.put(
        "labels that are not one-hot",
        () -> first(batches(images(3), labels.mul(0.8)).sparseLabels()));
    c.put(
        "one-hot labels of three axes",
        () -> first(batches(images(3), Nd4j.ones(DataType.FLOAT, 2, 2, 5)).sparseLabels()));
    c.put("a data set without labels", () -> first(delivering(new DataSet(images(3), null))));
    c.put(
        "a data set with masks",
        () -> first(new DataSet(images(3), labels, Nd4j.ones(DataType.FLOAT, 2, 1), null)));
    c.put(
        "features and labels of unequal numbers",
        () -> first(delivering(new DataSet(images(3), Nd4j.ones(DataType.FLOAT, 3, 2)))));
    c.put("a second pass over what cannot be reset", () -> secondPass(labels));
  }

  private static INDArray images(long... example) {
    long[] shape = new long[example.length + 1];
    shape[0] = 2;
    System.arraycopy(example, 0, shape, 1, example.length);
    return Nd4j.ones(DataType.FLOAT, shape);
  }

  private static NdBatches batches(INDArray features, INDArray labels) {
    return NdBatches.of(new ViewIterator(new DataSet(features, labels), 2));
  }

  private static void first(DataSet batch) {
    first(NdBatches.of(new ViewIterator(batch, 2)));
  }

  /** An iterator that gives that batch as it is. */
  private static NdBatches delivering(DataSet batch) {
    return NdBatches.of(
        new ViewIterator(new DataSet(images(3), images(3)), 2) {
          @Override
          public DataSet next() {
            return batch;
          }
        });
  }

  private static void first(NdBatches batches) {
    batches.iterator().next();
  }

  private static void secondPass(INDArray labels) {
    NdBatches batches = NdBatches.of(new OnePass(new DataSet(images(3), labels)));
    first(batches);
    first(batches);
  }

  /** An iterator that cannot begin anew. */
  private static final class OnePass extends ViewIterator {
    private static final long serialVersionUID = 1;

    OnePass(DataSet examples) {
      super(examples, 2);
    }

    @Override
    public boolean resetSupported() {
      return false;
    }
  }

  // ---- parameters -------------------------------------------------------------------------------

  private static void parameters(Map<String, Runnable> c) {
    c.put(
        "a closed array among parameters",
        () -> NdParameters.entries(Map.of("0_W", closedArray())));
    c.put(
        "a layer that DL4J does not have",
        () ->
            NameMap.fromDl4j(
                new SequentialCell(new Dense(2, 2), LayerNorm.builder(2).build()),
                List.of("0_W", "0_b", "2_gamma")));
    c.put("parameters of DL4J in the wrong order", Nd4jMistakes::transposed);
    c.put("peepholes of DL4J", Nd4jMistakes::peepholes);
    c.put(
        "a text among entries",
        () ->
            Checkpoints.load(
                Map.of("0_W", "text"), new Dense(2, 2), NameMap.identity(), MappingMode.STRICT));
  }

  private static void transposed() {
    load(new Dense(3, 2), Map.of("0_W", array(), "0_b", Nd4j.ones(DataType.FLOAT, 2)));
  }

  private static void peepholes() {
    load(
        new LSTM(3, 1),
        Map.of(
            "0_W", Nd4j.ones(DataType.FLOAT, 3, 4),
            "0_RW", Nd4j.ones(DataType.FLOAT, 1, 7),
            "0_b", Nd4j.ones(DataType.FLOAT, 4)));
  }

  private static void load(dev.mycel.nn.Cell<?, ?> net, Map<String, INDArray> table) {
    Map<String, Tensor> entries = NdParameters.entries(new java.util.TreeMap<>(table));
    NameMap map = NameMap.fromDl4j(net, entries.keySet());
    Checkpoints.load(entries, net, map, MappingMode.STRICT);
  }
}
