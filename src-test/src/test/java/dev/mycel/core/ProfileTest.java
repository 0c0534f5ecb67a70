package dev.mycel.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonParser;
import dev.mycel.autograd.Autograd;
import dev.mycel.nn.Parameter;
import dev.mycel.nn.SequentialCell;
import dev.mycel.nn.WithLossCell;
import dev.mycel.nn.layer.Dense;
import dev.mycel.nn.layer.ReLU;
import dev.mycel.nn.loss.MSELoss;
import dev.mycel.optim.Adam;
import dev.mycel.optim.TrainOneStepCell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProfileTest {
  @BeforeEach
  void onTheDefaultBackend() {
    Mycel.setBackend("onednn");
  }

  private static Map<String, Profile.Row> byName(Profile p) {
    return p.rows().stream().collect(Collectors.toMap(Profile.Row::name, Function.identity()));
  }

  @Test
  void aProductIsCountedWithItsWork() {
    try (Profile p = Profile.open()) {
      Ops.ones(20, 30).matmul(Ops.ones(30, 40));
      Ops.ones(20, 30).matmul(Ops.ones(30, 40));
      Profile.Row row = byName(p).get("matmul");
      assertEquals(2, row.calls());
      assertEquals(2L * 2 * 20 * 30 * 40, row.flops());
      assertEquals(2L * 4 * (20 * 30 + 30 * 40 + 20 * 40), row.bytes());
      assertTrue(row.nanos() > 0);
      assertTrue(p.table().contains("matmul"), p::table);
      assertTrue(p.table().contains("between"), p::table);
    }
    assertSame(Interpreters.root(), Interpreters.top());
  }

  @Test
  void aStepShowsForwardBackwardAndUpdates() {
    Dense net = new Dense(8, 4);
    var step =
        new TrainOneStepCell<>(
            new WithLossCell<>(net, new MSELoss()), new Adam(net.trainableParams(), 0.01));
    Tensor x = Ops.ones(5, 8);
    Tensor y = Ops.zeros(5, 4);
    step.call(x, y);
    try (Profile p = Profile.open()) {
      step.call(x, y);
      Map<String, Profile.Row> rows = byName(p);
      assertEquals(1, rows.get("linear").calls());
      assertEquals(2, rows.get("adam_update").calls());
      assertTrue(rows.containsKey("matmul"), "the gradient of the weight is a product");
    }
  }

  @Test
  void workIsCountedByThePathOfTheCellThatAskedForIt() {
    SequentialCell net =
        new SequentialCell(new Dense(8, 4), new SequentialCell(new ReLU(), new Dense(4, 2)));
    var step =
        new TrainOneStepCell<>(
            new WithLossCell<>(net, new MSELoss()), new Adam(net.trainableParams(), 0.01));
    Tensor x = Ops.ones(5, 8);
    Tensor y = Ops.zeros(5, 2);
    String inner = "TrainOneStepCell.network._backbone.1.1";
    try (Profile p = Profile.open()) {
      step.call(x, y);
      Map<String, Profile.Row> paths =
          p.rowsByPath().stream().collect(Collectors.toMap(Profile.Row::name, Function.identity()));
      assertEquals(2L * 5 * 4 * 2, paths.get(inner).flops(), paths.keySet()::toString);
      assertEquals(2 * 2L * 5 * 4 * 2, paths.get(inner + " (gradient)").flops());
      assertTrue(paths.containsKey("TrainOneStepCell.optimizer"), paths.keySet()::toString);
      assertTrue(p.table().contains(inner), p::table);
      long byPath = p.rowsByPath().stream().mapToLong(Profile.Row::nanos).sum();
      assertEquals(p.rows().stream().mapToLong(Profile.Row::nanos).sum(), byPath);
      net.call(x);
      assertTrue(p.table().contains("SequentialCell.1.1"), p::table);
    }
    assertEquals("", Profile.place());
    assertFalse(Profile.isOpen());
  }

  @Test
  void resultsAndGradientsAreTheSameUnderAProfile() {
    Parameter w = new Parameter(Ops.arange(6).cast(DType.FLOAT32).reshape(2, 3), "w");
    Function<Tensor, Tensor> f = x -> x.matmul(w.value()).tanh();
    Tensor x = Ops.ones(4, 2);
    float[] plain = Autograd.grad(Autograd.grad(f)).apply(x).toFloatArray();
    try (Profile p = Profile.open()) {
      assertArrayEquals(plain, Autograd.grad(Autograd.grad(f)).apply(x).toFloatArray());
      assertTrue(p.rows().size() > 3);
    }
  }

  @Test
  void profilesNestAndMustBeClosedInOrder() {
    Profile outer = Profile.open();
    Profile inner = Profile.open();
    Ops.ones(3).add(1);
    assertThrows(TensorException.class, outer::close);
    inner.close();
    inner.close();
    outer.close();
    assertEquals(byName(inner).get("add").calls(), byName(outer).get("add").calls());
    assertSame(Interpreters.root(), Interpreters.top());
  }

  @Test
  void theTraceIsJson(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("trace.json");
    try (Profile p = Profile.open()) {
      Ops.ones(3).add(1);
      p.writeTrace(file);
    }
    JsonArray events =
        JsonParser.parseString(Files.readString(file))
            .getAsJsonObject()
            .getAsJsonArray("traceEvents");
    List<String> names =
        events.asList().stream().map(e -> e.getAsJsonObject().get("name").getAsString()).toList();
    assertTrue(names.contains("add"), names::toString);
  }
}
