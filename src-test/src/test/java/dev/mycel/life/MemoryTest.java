package dev.mycel.life;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.autograd.Autograd;
import dev.mycel.core.ClosedTensorException;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Mycel;
import dev.mycel.core.Scope;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;
import dev.mycel.nn.layer.Dense;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Nobody closes anything here, and memory stays flat all the same. */
class MemoryTest {
  private static final int STEPS = 100_000;
  private static final long SLACK_BYTES = 1 << 20;

  @BeforeEach
  void onTheDefaultBackend() {
    Mycel.setBackend("onednn");
  }

  @Test
  void aHundredThousandStepsLeaveMemoryFlat() {
    Training training = Training.dense(1);
    flat(training, training::step);
  }

  @Test
  void keepingTheLastThousandLossesCostsNoMore() {
    Training training = Training.dense(2);
    ArrayDeque<Tensor> losses = new ArrayDeque<>();
    flat(
        training,
        () -> {
          losses.add(training.step());
          if (losses.size() > 1000) {
            losses.remove();
          }
        });
    for (Tensor loss : losses) {
      assertTrue(loss.item() >= 0, "a kept loss stays readable");
    }
  }

  @Test
  void aConvolutionNetStaysFlatToo() {
    Training training = Training.convolutional(3);
    for (int i = 0; i < 200; i++) {
      training.step();
    }
    long before = Mycel.memory().liveBytes();
    for (int i = 0; i < 2000; i++) {
      training.step();
    }
    assertTrue(Mycel.memory().liveBytes() <= before + SLACK_BYTES);
  }

  private static void flat(Training training, Runnable step) {
    for (int i = 0; i < STEPS / 10; i++) {
      step.run();
    }
    long live = Mycel.memory().liveBytes();
    long resident = residentBytes();
    for (int i = 0; i < STEPS; i++) {
      step.run();
    }
    long grown = Mycel.memory().liveBytes() - live;
    long fatter = residentBytes() - resident;
    System.out.println(
        STEPS + " steps: live bytes " + grown + ", resident bytes " + fatter + " more");
    assertTrue(grown <= SLACK_BYTES, "live bytes grew by " + grown);
    // The Java heap may still be filling up to its usual size.
    assertTrue(fatter <= 512L << 20, "resident memory grew by " + fatter);
    assertTrue(training.step().item() >= 0);
  }

  private static long residentBytes() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
        if (line.startsWith("VmRSS:")) {
          return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
        }
      }
    } catch (IOException e) {
      return 0; // not on Linux: live bytes alone must do
    }
    return 0;
  }

  @Test
  void useAfterCloseIsAnException() {
    Tensor big = dev.mycel.core.Random.randn(64, 64);
    big.close();
    big.close();
    ClosedTensorException e = assertThrows(ClosedTensorException.class, () -> big.add(big));
    assertTrue(
        e.getMessage().startsWith("tensor: it was used after its memory had been given back"));
  }

  @Test
  void aTensorThatIsNotReturnedEndsWithItsScope() {
    AtomicReference<Tensor> leaked = new AtomicReference<>();
    Tensor kept;
    try (Scope scope = Scope.open()) {
      Tensor inner = dev.mycel.core.Random.randn(64, 64);
      leaked.set(inner);
      kept = scope.give(inner.add(1));
    }
    assertThrows(ClosedTensorException.class, () -> leaked.get().add(1));
    assertEquals(64, kept.add(1).dim(0));
  }

  @Test
  void anExceptionInConstructLeaksNothing() {
    Cell<Tensor, Tensor> failing =
        new Cell<>() {
          @Override
          protected Tensor construct(Tensor x) {
            x.matmul(x).relu();
            throw new IllegalStateException("on purpose");
          }
        };
    Tensor x = dev.mycel.core.Random.randn(64, 64);
    unchanged(() -> Autograd.grad(failing).apply(x));
  }

  @Test
  void anExceptionInAGradientLeaksNothing() {
    Dense dense = new Dense(64, 64);
    Tensor x = dev.mycel.core.Random.randn(64, 64);
    unchanged(
        () ->
            Autograd.grad(
                    (Tensor in) ->
                        Autograd.customCall(
                            dense.call(in),
                            h -> h.mul(2),
                            (h, out, dout) -> {
                              throw new IllegalStateException("on purpose");
                            }))
                .apply(x));
  }

  private static void unchanged(Runnable failing) {
    for (int i = 0; i < 2; i++) { // a weight is packed at its second use, and kept so
      assertThrows(IllegalStateException.class, failing::run);
    }
    long live = Mycel.memory().liveBytes();
    for (int i = 0; i < 10; i++) {
      IllegalStateException e = assertThrows(IllegalStateException.class, failing::run);
      assertTrue(e.getMessage().contains("on purpose"));
    }
    assertEquals(live, Mycel.memory().liveBytes());
    assertSame(Interpreters.root(), Interpreters.top(), "no interpreter is left on the stack");
  }
}
