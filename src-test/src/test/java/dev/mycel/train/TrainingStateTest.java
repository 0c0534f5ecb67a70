package dev.mycel.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.checkpoint.CheckpointException;
import dev.mycel.checkpoint.Checkpoints;
import dev.mycel.checkpoint.LoadedParameters;
import dev.mycel.checkpoint.SaveOptions;
import dev.mycel.core.ArgumentException;
import dev.mycel.core.DType;
import dev.mycel.core.Generator;
import dev.mycel.core.Ops;
import dev.mycel.core.Random;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import dev.mycel.core.TensorException;
import dev.mycel.junit.MycelTest;
import dev.mycel.nn.amp.DynamicLossScaler;
import dev.mycel.nn.layer.Dense;
import dev.mycel.optim.Adam;
import dev.mycel.optim.Momentum;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A state that was restored goes on as if it had never been saved, or changes nothing. */
@MycelTest
class TrainingStateTest {
  @TempDir Path folder;

  private Path file(String name) {
    return folder.resolve(name + ".ckpt");
  }

  private static void assertSameBytes(Path expected, Path actual, String what) throws IOException {
    assertEquals(-1, Files.mismatch(expected, actual), () -> what + ": " + expected + " " + actual);
  }

  // ---- going on ---------------------------------------------------------------------------------

  @Test
  void fiftyStepsAFreshProcessAndFiftyMoreAreAHundredSteps() throws Exception {
    for (String kind : Runs.KINDS) {
      new Runs(kind, 11).run(Runs.HALF).state.save(Runs.half(folder, kind));
      new Runs(kind, 11).run(2 * Runs.HALF).state.save(file(kind + " whole"));
    }
    Path errors = folder.resolve("errors");
    Process child =
        Children.start(Runs.Child.class, Children.classPath(), errors, folder.toString());
    assertEquals(0, child.waitFor(), () -> read(errors));
    for (String kind : Runs.KINDS) {
      assertSameBytes(file(kind + " whole"), Runs.resumed(folder, kind), kind);
    }
    for (String kind : List.of("Adam float16", "Momentum bfloat16")) {
      LoadedParameters end = Checkpoints.loadCheckpoint(file(kind + " whole"));
      long skipped = 100 - end.get("global_step").value().toLongArray()[0];
      // Else nothing of the loss scale would be shown.
      assertTrue(skipped > 0 && skipped < 60, kind + ": steps that overflowed: " + skipped);
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }

  @Test
  void everyStepIsAPlaceToGoOnFrom() throws IOException {
    new Runs("Momentum", 4).run(23).state.save(file("whole"));
    for (int at : new int[] {1, 6, 7, 8, 13, 14, 22}) {
      new Runs("Momentum", 4).run(at).state.save(file("part"));
      Runs fresh = new Runs("Momentum", 5);
      fresh.state.restore(file("part"));
      assertEquals(at, fresh.state.step());
      fresh.run(23 - at).state.save(file("resumed"));
      assertSameBytes(file("whole"), file("resumed"), "from step " + at);
    }
  }

  @Test
  void aRestoredStateIsSavedAsItWas() throws IOException {
    new Runs("Adam float16", 4).run(10).state.put("note", "abc").save(file("a"));
    Runs fresh = new Runs("Adam float16", 5);
    fresh.state.restore(file("a")).save(file("b"));
    assertSameBytes(file("a"), file("b"), "saved again");
  }

  @Test
  void otherRandomNumbersWouldShow() throws IOException {
    Runs whole = new Runs("SGD", 4).run(12);
    new Runs("SGD", 4).run(6).state.save(file("part"));
    Map<String, Object> others = new LinkedHashMap<>();
    others.put("random.sequence.0.dropout", 1L);
    others.put("random.sequence.8.uniform", 1L);
    others.put("random.generator.noise", Tensor.of(new long[] {3, 0}, 2));
    others.put("data.generator", Tensor.of(new long[] {6, 0}, 2));
    for (Map.Entry<String, Object> other : others.entrySet()) {
      Map<String, Object> entries = entriesOf(file("part"));
      assertTrue(entries.containsKey(StateEntries.PREFIX + other.getKey()), other.getKey());
      entries.put(StateEntries.PREFIX + other.getKey(), other.getValue());
      Runs fresh = new Runs("SGD", 4);
      fresh.state.restore(saved(entries, "other"));
      fresh.run(6);
      assertFalse(
          whole
              .net
              .parametersDict()
              .get("4.weight")
              .value()
              .sameAs(fresh.net.parametersDict().get("4.weight").value()),
          other.getKey());
    }
  }

  @Test
  void plainDataThatDrawsItsOrderIsPutBackToo() throws IOException {
    Iterable<Tensor> data =
        () ->
            Stream.of(Random.randperm(5).toLongArray()).flatMap(TrainingStateTest::rows).iterator();
    Dense net = new Dense(1, 1);
    TrainingState state = TrainingState.of(net).data(data);
    Random.setSeed(3);
    List<Float> whole = new java.util.ArrayList<>();
    Iterator<Tensor> epoch = state.startEpoch(data);
    for (int i = 0; i < 5; i++) {
      if (i == 2) {
        state.save(file("two"));
      }
      whole.add((float) epoch.next().item());
      state.advance();
    }
    Random.setSeed(8);
    TrainingState other = TrainingState.of(net).data(data).restore(file("two"));
    assertEquals(2, other.batch());
    List<Float> rest = new java.util.ArrayList<>();
    other.startEpoch(data).forEachRemaining(t -> rest.add((float) t.item()));
    assertEquals(whole.subList(2, 5), rest);
  }

  private static Stream<Tensor> rows(long[] order) {
    return java.util.stream.LongStream.of(order).mapToObj(i -> Tensor.of((float) i));
  }

  @Test
  void aLossScalerIsKept() {
    Dense net = new Dense(2, 1);
    DynamicLossScaler scaler = new DynamicLossScaler(1024, 2, 3);
    scaler.adjust(true);
    scaler.adjust(false);
    scaler.adjust(true);
    TrainingState.of(net).lossScaler(scaler).save(file("s"));
    DynamicLossScaler fresh = new DynamicLossScaler(8, 2, 3);
    TrainingState.of(net).lossScaler(fresh).restore(file("s"));
    assertEquals(512, fresh.scaleValue().value().item());
    assertEquals(1, fresh.counter().value().itemLong());
  }

  // ---- entries ----------------------------------------------------------------------------------

  @Test
  void entriesKeepTheirTypesAndBits() {
    Dense net = new Dense(2, 1);
    TrainingState state =
        TrainingState.of(net)
            .put("long", Long.MIN_VALUE)
            .put("double", -0.0)
            .put("tiny", Double.MIN_VALUE)
            .put("nan", Double.NaN)
            .put("yes", true)
            .put("text", "\u00e4 \ud83d\ude00\n")
            .put("empty", "")
            .put("tensor", Tensor.of(new float[] {1, 2}).cast(DType.BFLOAT16))
            .put("a.b c", 1L);
    state.save(file("e"));
    TrainingState other = TrainingState.of(net).put("gone", 1L).restore(file("e"));
    assertEquals(state.names(), other.names());
    assertEquals(Long.MIN_VALUE, other.getLong("long"));
    assertEquals(
        Double.doubleToRawLongBits(-0.0), Double.doubleToRawLongBits(other.getDouble("double")));
    assertEquals(Double.MIN_VALUE, other.getDouble("tiny"));
    assertTrue(Double.isNaN(other.getDouble("nan")));
    assertTrue(other.getBoolean("yes"));
    assertEquals("\u00e4 \ud83d\ude00\n", other.getString("text"));
    assertEquals("", other.getString("empty"));
    assertEquals(DType.BFLOAT16, other.getTensor("tensor").dtype());
    ArgumentException none = assertThrows(ArgumentException.class, () -> other.getLong("lung"));
    assertTrue(none.getMessage().startsWith("TrainingState: there is no entry 'lung'\n  names  "));
    ArgumentException wrong = assertThrows(ArgumentException.class, () -> other.getLong("text"));
    assertEquals(
        "TrainingState: the entry 'text' is no long\n  it is a  String", wrong.getMessage());
  }

  // ---- refusals ---------------------------------------------------------------------------------

  /** Restoring the file must fail with that beginning, and change no bit. */
  private void assertRefused(Runs run, Path bad, String message) throws IOException {
    run.state.save(file("before"));
    TensorException e = assertThrows(TensorException.class, () -> run.state.restore(bad));
    assertTrue(e.getMessage().contains(message), e::getMessage);
    run.state.save(file("after"));
    assertSameBytes(file("before"), file("after"), message);
  }

  @Test
  void aStateOfSomethingElseIsRefusedWithNamesAndChangesNothing() throws IOException {
    Runs adam = new Runs("Adam", 4).run(9);
    adam.state.save(file("adam"));
    assertRefused(new Runs("Momentum", 6).run(3), file("adam"), "moments.0.weight");
    Dense wide = new Dense(2, 9);
    TrainingState.of(wide, new Momentum(wide.trainableParams(), 0.1, 0.9)).save(file("wide"));
    Dense narrow = new Dense(2, 8);
    TrainingState state =
        TrainingState.of(narrow, new Momentum(narrow.trainableParams(), 0.1, 0.9));
    CheckpointException e =
        assertThrows(CheckpointException.class, () -> state.restore(file("wide")));
    assertEquals(
        "TrainingState: a parameter is another one in the state; nothing was restored\n  file  "
            + file("wide")
            + "\n  name       'weight'\n  parameter  float32 (8, 2)\n  entry      float32 (9, 2)\n"
            + "  hint  make network and optimiser as they were when the state was saved",
        e.getMessage());
    assertRefused(new Runs("Adam float16", 6).run(3), file("adam"), "scale_sense");
    Runs more = new Runs("Adam", 6).run(3);
    more.state.generator("more", new Generator(1));
    assertRefused(
        more, file("adam"), "in the file  default noise\n  here         default more noise");
  }

  @Test
  void aStateOfOtherDataIsRefusedAndChangesNothing() throws IOException {
    new Runs("Momentum", 4).run(13).state.save(file("thirteen"));
    Runs plain = new Runs("Momentum", 6).run(3);
    plain.state.data(Lines.plane(7));
    assertRefused(plain, file("thirteen"), "the file has the state of data that keeps one");
    Runs few = new Runs("Momentum", 6).run(3);
    few.state.data(ShuffledBatches.of(Lines.plane(3), 5));
    assertRefused(few, file("thirteen"), "the data has fewer batches than the epoch had already");
    Runs foreign = new Runs("Momentum", 6).run(3);
    foreign.state.data(new Stubborn());
    assertRefused(foreign, file("thirteen"), "stubborn data");
  }

  /** Data that refuses every state that it does not have. */
  private static final class Stubborn implements ResumableData<Tensor> {
    @Override
    public Map<String, Object> state() {
      return Map.of("mine", 1L);
    }

    @Override
    public void restoreState(Map<String, Object> state) {
      if (!state.equals(state())) {
        throw new ArgumentException("stubborn data");
      }
    }

    @Override
    public Iterator<Tensor> iterator() {
      return Lines.losses(1, 2, 3, 4, 5, 6, 7).iterator();
    }
  }

  @Test
  void aFileOfParametersAloneIsNoState() throws IOException {
    Runs run = new Runs("Momentum", 6).run(3);
    Checkpoints.saveCheckpoint(run.step.cell(), file("plain"));
    assertRefused(run, file("plain"), "the file holds no training state");
  }

  private Map<String, Object> entriesOf(Path state) {
    LoadedParameters loaded = Checkpoints.loadCheckpoint(state);
    Map<String, Object> entries = new LinkedHashMap<>(loaded);
    entries.putAll(loaded.strings());
    return entries;
  }

  private Path saved(Map<String, Object> entries, String name) {
    SaveOptions options = SaveOptions.defaults().crcCheck(true);
    return Checkpoints.saveCheckpoint(entries, file(name), options);
  }

  private void assertChangeIsRefused(
      Runs run, Path good, String message, UnaryOperator<Map<String, Object>> change)
      throws IOException {
    assertRefused(run, saved(change.apply(entriesOf(good)), "bad"), message);
  }

  @Test
  void entriesThatMakeNoSenseAreRefusedAndChangeNothing() throws IOException {
    Path good = new Runs("Adam float16", 4).run(9).state.save(file("good"));
    Runs run = new Runs("Adam float16", 6).run(3);
    Map<String, Object> wrong = new LinkedHashMap<>();
    for (String count : List.of("epoch", "batch", "step", "batches_before", "version")) {
      wrong.put(count, -1L);
    }
    wrong.put("epoch_ended", 1L);
    wrong.put("random.seed", "7");
    wrong.put("random.sequence.0.dropout", -4L);
    wrong.put("random.sequence.x.dropout", 4L);
    wrong.put("random.sequence.99999999999999999999.dropout", 4L);
    wrong.put("random.sequence.dropout", 4L);
    wrong.put("random.generator.noise", Ops.zeros(Shape.of(3), DType.INT64));
    wrong.put("random.generator.other", Ops.zeros(Shape.of(2), DType.INT64));
    wrong.put("begin.random.generator.noise", Ops.zeros(Shape.of(2), DType.INT32));
    wrong.put("data.generator", Ops.zeros(Shape.of(3), DType.INT64));
    wrong.put("data.more", 1L);
    wrong.put("loss_scale.loss_scale", Double.NaN);
    wrong.put("loss_scale.step", 0L);
    wrong.put("loss_scale.last_overflow", 1L << 40);
    wrong.put("nobody.knows", 1L);
    wrong.forEach(
        (name, value) -> {
          try {
            assertChangeIsRefused(
                run,
                good,
                "",
                entries -> {
                  Object v = value instanceof Double d ? Ops.scalar(d, DType.FLOAT64) : value;
                  entries.put(StateEntries.PREFIX + name, v);
                  return entries;
                });
          } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
          }
        });
    assertChangeIsRefused(
        run,
        good,
        "the state has version 2, 1 is known",
        entries -> {
          entries.put(StateEntries.PREFIX + "version", 2L);
          return entries;
        });
    assertChangeIsRefused(
        run,
        good,
        "does not go with the others",
        entries -> {
          entries.put(StateEntries.PREFIX + "batch", 10L);
          return entries;
        });
    for (String name : List.copyOf(entriesOf(good).keySet())) {
      // Sequences are as many as there are; all else must be there.
      if (!name.contains(".sequence.") && !name.endsWith("random.seed")) {
        assertChangeIsRefused(
            run,
            good,
            "",
            entries -> {
              entries.remove(name);
              return entries;
            });
      }
    }
  }

  @Test
  void cutAndChangedFilesAreRefusedAndChangeNothing() throws IOException {
    Path good = new Runs("Momentum", 4).run(9).state.save(file("good"));
    byte[] bytes = Files.readAllBytes(good);
    Runs run = new Runs("Momentum", 6).run(3);
    run.state.save(file("before"));
    long seed = System.nanoTime();
    System.out.println("cut and changed states, seed " + seed);
    SplittableRandom random = new SplittableRandom(seed);
    Path bad = file("bad");
    for (int i = 0; i < 300; i++) {
      byte[] copy =
          java.util.Arrays.copyOf(bytes, i % 2 == 0 ? bytes.length : random.nextInt(bytes.length));
      if (copy.length == bytes.length) {
        copy[random.nextInt(copy.length)] ^= (byte) (1 << random.nextInt(8));
      }
      Files.write(bad, copy);
      assertThrows(CheckpointException.class, () -> run.state.restore(bad), "attempt " + i);
    }
    run.state.save(file("after"));
    assertSameBytes(file("before"), file("after"), "after 300 damaged files");
  }

  @Test
  void mistakesGetTheirMessages() {
    Dense net = new Dense(2, 1);
    TrainingState state = TrainingState.of(net);
    assertEquals(
        "TrainingState: a generator needs a name of its own\n  name   'default'\n  taken  default",
        assertThrows(ArgumentException.class, () -> state.generator("default", new Generator(1)))
            .getMessage());
    assertEquals(
        "TrainingState: an entry needs a name",
        assertThrows(ArgumentException.class, () -> state.put(" ", 1L)).getMessage());
    assertTrue(
        assertThrows(ArgumentException.class, () -> TrainingState.of(net, new Dense(2, 1)))
            .getMessage()
            .startsWith("TrainingState: two parameters are called 'weight'"));
    List<Integer> data = List.of(1, 2);
    state.data(data);
    assertTrue(
        assertThrows(ArgumentException.class, () -> state.startEpoch(List.of(1, 2)))
            .getMessage()
            .startsWith("TrainingState: the epoch is begun with other data than was named"));
    assertEquals("TrainingState(epoch 0, batch 0, step 0, epoch done)", state.toString());
  }

  @Test
  void anOptimiserBesideItsNetworkIsSavedOnce() {
    Dense net = new Dense(2, 1);
    TrainingState.of(net, new Adam(net.trainableParams(), 0.1)).save(file("two"));
    LoadedParameters loaded = Checkpoints.loadCheckpoint(file("two"));
    assertTrue(
        loaded
            .keySet()
            .containsAll(
                List.of("weight", "bias", "global_step", "moment1.weight", "moment2.bias")),
        () -> loaded.keySet().toString());
  }
}
