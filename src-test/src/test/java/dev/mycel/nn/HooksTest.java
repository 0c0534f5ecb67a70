package dev.mycel.nn;

import static dev.mycel.junit.MycelAssertions.assertClose;
import static dev.mycel.junit.MycelAssertions.assertNoLeak;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.autograd.Autograd;
import dev.mycel.autograd.HookHandle;
import dev.mycel.core.DType;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Mycel;
import dev.mycel.core.Ops;
import dev.mycel.core.Pair;
import dev.mycel.core.Precision;
import dev.mycel.core.Scope;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import dev.mycel.core.TensorException;
import dev.mycel.junit.MycelTest;
import dev.mycel.nn.layer.BatchNorm2d;
import dev.mycel.nn.layer.Conv2d;
import dev.mycel.nn.layer.Dense;
import dev.mycel.nn.layer.Embedding;
import dev.mycel.nn.layer.Identity;
import dev.mycel.nn.layer.ReLU;
import dev.mycel.nn.layer.Tanh;
import dev.mycel.nn.loss.MSELoss;
import dev.mycel.optim.SGD;
import dev.mycel.optim.TrainOneStepCell;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The numbers of section 1.10 of the specification, and what has to hold around them. */
@MycelTest
class HooksTest {
  private record Sides(List<Tensor> parts, Tensor index, String name) {}

  private static final class ReluOfSum extends Cell2<Tensor, Tensor, Tensor> {
    @Override
    protected Tensor construct(Tensor x, Tensor y) {
      return Ops.relu(x.add(y));
    }
  }

  private static final class Does<I, O> extends Cell<I, O> {
    private final transient Function<I, O> work;

    Does(Function<I, O> work) {
      this.work = work;
    }

    @Override
    protected O construct(I input) {
      return work.apply(input);
    }
  }

  @BeforeEach
  void onTheDefaultBackend() {
    Mycel.setBackend("onednn");
    Mycel.setSeed(3);
  }

  @AfterEach
  void nothingIsLeft() {
    Mycel.setBackend("onednn");
    assertSame(Interpreters.root(), Interpreters.top());
    assertSame(Precision.NONE, Precision.current());
  }

  private static Tensor f(double... values) {
    return Tensor.of(values, DType.FLOAT32, values.length);
  }

  private static void close(Tensor actual, double... expected) {
    assertClose(actual.reshape(-1), Tensor.of(expected, expected.length), 0, 2e-5);
  }

  private static double[] numbers(Tensor t) {
    return t.cast(DType.FLOAT64).reshape(-1).toDoubleArray();
  }

  // ---- the numbers of the documentation ---------------------------------------------------------

  @ParameterizedTest
  @ValueSource(strings = {"onednn", "reference"})
  void aForwardHookThatDoublesTheOutputDoublesTheGradients(String backend) {
    Mycel.setBackend(backend);
    ReluOfSum cell = new ReluOfSum();
    HookHandle handle = cell.registerForwardHook((c, in, out) -> out.mul(2));
    Function<Pair<Tensor, Tensor>, Tensor> fn = cell::call;
    Function<Pair<Tensor, Tensor>, Pair<Tensor, Tensor>> grad = Autograd.grad(fn);
    Pair<Tensor, Tensor> g = grad.apply(new Pair<>(f(1), f(1)));
    close(g.first(), 2);
    close(g.second(), 2);
    handle.remove();
    handle.remove();
    g = grad.apply(new Pair<>(f(1), f(1)));
    close(g.first(), 1);
    close(g.second(), 1);
  }

  @Test
  void aForwardPreHookThatReturnsAConstantCutsTheGradient() {
    ReluOfSum cell = new ReluOfSum();
    cell.registerForwardPreHook((c, in) -> new Pair<>(Ops.ones(1), Ops.ones(1)));
    Function<Pair<Tensor, Tensor>, Tensor> fn = cell::call;
    Function<Pair<Tensor, Tensor>, Pair<Tensor, Tensor>> grad = Autograd.grad(fn);
    Pair<Tensor, Tensor> g = grad.apply(new Pair<>(f(1), f(1)));
    close(g.first(), 0);
    close(g.second(), 0);
  }

  @Test
  void aForwardHookThatReturnsANewTensorCutsTheGradient() {
    Tanh cell = new Tanh();
    cell.registerForwardHook((c, in, out) -> Ops.ones(out.shape(), out.dtype()));
    close(Autograd.grad(cell).apply(f(1, 2)), 0, 0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"onednn", "reference"})
  void aBackwardHookSeesTheGradientsOfOneCellOfAFusedChain(String backend) {
    Mycel.setBackend(backend);
    Conv2d conv = Conv2d.builder(1, 2, 2).padMode(PadMode.VALID).weightInit("ones").build();
    BatchNorm2d norm = BatchNorm2d.builder(2).eps(1e-5).build();
    SequentialCell net = new SequentialCell(conv, norm, new ReLU());
    List<double[]> seen = new ArrayList<>();
    norm.registerBackwardHook(
        (c, gradInput, gradOutput) -> {
          seen.add(numbers(gradOutput));
          seen.add(numbers(gradInput));
          return null;
        });
    Tensor x = Ops.ones(1, 1, 2, 2);
    close(Autograd.grad(net).apply(x), 1.99999, 1.99999, 1.99999, 1.99999);
    assertArrayEquals(new double[] {1, 1}, seen.get(0), 1e-6);
    assertArrayEquals(new double[] {0.999995, 0.999995}, seen.get(1), 1e-6);
    assertEquals(2, seen.size());
  }

  @Test
  void allFourKindsOnOneCellSeeWhatMindSporeShowsThem() {
    ReLU relu = new ReLU();
    List<String> order = new ArrayList<>();
    List<Double> seen = new ArrayList<>();
    relu.registerForwardPreHook(
        (c, in) -> {
          order.add("forwardPre");
          return null;
        });
    relu.registerForwardHook(
        (c, in, out) -> {
          order.add("forward");
          return out.mul(2);
        });
    relu.registerBackwardPreHook(
        (c, g) -> {
          order.add("backwardPre");
          seen.add(g.item());
          return null;
        });
    relu.registerBackwardHook(
        (c, gradInput, gradOutput) -> {
          assertSame(relu, c);
          order.add("backward");
          seen.add(gradInput.item());
          seen.add(gradOutput.item());
          return null;
        });
    close(Autograd.grad(relu).apply(f(2)), 2);
    assertEquals(List.of("forwardPre", "forward", "backwardPre", "backward"), order);
    assertEquals(List.of(1.0, 2.0, 2.0), seen);
  }

  @Test
  void aHookOnATensorSeesItsGradientAndReplacesIt() {
    List<Double> seen = new ArrayList<>();
    Function<Pair<Tensor, Tensor>, Tensor> fn =
        p -> {
          Tensor z = p.first().mul(p.second());
          Autograd.registerHook(
              z,
              g -> {
                seen.add(g.item());
                return null;
              });
          return z.mul(p.second());
        };
    Pair<Tensor, Tensor> g = Autograd.grad(fn).apply(new Pair<>(f(1), f(2)));
    close(g.first(), 4);
    close(g.second(), 4);
    assertEquals(List.of(2.0), seen);
  }

  // ---- order, handles, replacement --------------------------------------------------------------

  @Test
  void hooksOfAKindRunInTheOrderOfRegistrationEachOnWhatTheOneBeforeLeft() {
    Identity cell = new Identity();
    cell.registerForwardPreHook((c, in) -> in.add(1));
    cell.registerForwardPreHook((c, in) -> in.mul(2));
    cell.registerForwardHook((c, in, out) -> out.add(1));
    cell.registerForwardHook((c, in, out) -> out.mul(3));
    cell.registerBackwardPreHook((c, g) -> g.add(1));
    cell.registerBackwardPreHook((c, g) -> g.mul(2));
    cell.registerBackwardHook((c, in, out) -> in.add(1));
    cell.registerBackwardHook((c, in, out) -> in.mul(2));
    var r = Autograd.valueAndGrad((Tensor x) -> cell.call(x)).apply(f(1));
    close(r.value(), 15);
    // Arrives 1, becomes (1 + 1) * 2; past the forward hooks 12; (12 + 1) * 2; past the pre hooks.
    close(r.grads(), 52);
  }

  @Test
  void aHookThatIsRegisteredTwiceIsRemovedOnce() {
    Identity cell = new Identity();
    ForwardHook<Tensor, Tensor> twice = (c, in, out) -> out.mul(2);
    HookHandle first = cell.registerForwardHook(twice);
    HookHandle second = cell.registerForwardHook(twice);
    close(cell.call(f(1)), 4);
    second.remove();
    second.remove();
    close(cell.call(f(1)), 2);
    first.close();
    close(cell.call(f(1)), 1);
  }

  @Test
  void aHookMayRemoveItselfAndHooksAddedInConstructPileUp() {
    Identity inner = new Identity();
    HookHandle[] own = new HookHandle[1];
    own[0] =
        inner.registerForwardHook(
            (c, in, out) -> {
              own[0].remove();
              return out.add(100);
            });
    close(inner.call(f(1)), 101);
    close(inner.call(f(1)), 1);
    Cell<Tensor, Tensor> adds =
        new Does<Tensor, Tensor>(
            x -> {
              inner.registerForwardHook((c, in, out) -> out.mul(2));
              return inner.call(x);
            });
    close(adds.call(f(1)), 2);
    close(adds.call(f(1)), 4);
  }

  @Test
  void backwardHooksReplaceWhatFlowsOn() {
    Dense dense = new Dense(2, 2);
    SequentialCell net = new SequentialCell(new Tanh(), dense);
    Tensor x = f(0.3, 0.4).reshape(1, 2);
    Tensor plain = Autograd.grad(net).apply(x);
    HookHandle handle = dense.registerBackwardHook((c, in, out) -> in.mul(3));
    close(Autograd.grad(net).apply(x), numbers(plain.mul(3)));
    handle.remove();
    dense.registerBackwardPreHook((c, g) -> g.mul(5));
    var g = Autograd.grad(net, new int[] {0}, dense.trainableParams()).apply(x);
    close(g.first().get(0), numbers(plain.mul(5)));
    close(g.second().get(1), 5, 5);
  }

  // ---- structures -------------------------------------------------------------------------------

  @Test
  void recordsListsAndNumbersKeepTheirForm() {
    Cell<Sides, Pair<Tensor, Sides>> cell =
        new Does<Sides, Pair<Tensor, Sides>>(
            s ->
                new Pair<>(
                    s.parts().get(0).mul(2),
                    new Sides(List.of(s.parts().get(1).mul(3)), s.index(), "out")));
    List<Object> seen = new ArrayList<>();
    cell.registerForwardPreHook(
        (c, in) -> new Sides(List.of(in.parts().get(0), in.parts().get(1)), in.index(), "pre"));
    cell.registerForwardHook(
        (c, in, out) -> {
          seen.add(in.name());
          seen.add(out.second().name());
          return null;
        });
    cell.registerBackwardPreHook(
        (c, g) -> {
          seen.add(g.second().name());
          seen.add(g.second().index().dtype());
          seen.add(g.first().item());
          seen.add(g.second().parts().get(0).item());
          return null;
        });
    cell.registerBackwardHook(
        (c, in, out) -> {
          seen.add(in.parts().size());
          return new Sides(List.of(in.parts().get(0).add(1), in.parts().get(1)), in.index(), "g");
        });
    Sides sides = new Sides(List.of(f(1), f(1)), Tensor.of(new int[] {1}, 1), "in");
    Sides g =
        Autograd.grad(
                (Sides s) -> {
                  Pair<Tensor, Sides> out = cell.call(s);
                  return out.first();
                })
            .apply(sides);
    close(g.parts().get(0), 3);
    close(g.parts().get(1), 0);
    assertEquals("in", g.name());
    assertEquals(List.of("pre", "out", "out", DType.INT32, 1.0, 0.0, 2), seen);
  }

  @Test
  void cellsFromAWalkTakeHooks() {
    SequentialCell net = new SequentialCell(new Dense(2, 3), new Tanh());
    List<String> called = new ArrayList<>();
    List<HookHandle> handles = new ArrayList<>();
    for (NamedCell named : net.cellsAndNames()) {
      Cell<?, ?> cell = named.cell();
      handles.add(
          cell.registerForwardHook(
              (c, in, out) -> {
                called.add(named.name() + ":" + c.clsName());
                return null;
              }));
    }
    net.call(Ops.ones(1, 2));
    assertEquals(List.of("0:Dense", "1:Tanh", ":SequentialCell"), called);
    handles.forEach(HookHandle::remove);
    net.call(Ops.ones(1, 2));
    assertEquals(3, called.size());
  }

  // ---- fused members ----------------------------------------------------------------------------

  @Test
  void aCellWithHooksIsNotFusedAway() {
    SequentialCell net = new SequentialCell(new Conv2d(1, 2, 3), new BatchNorm2d(2), new ReLU());
    Tensor x = Ops.ones(1, 1, 4, 4);
    for (boolean train : new boolean[] {false, true}) {
      net.setTrain(train);
      for (int i = 0; i < 3; i++) {
        AtomicInteger calls = new AtomicInteger();
        try (HookHandle handle =
            net.get(i)
                .registerForwardHook(
                    (c, in, out) -> {
                      calls.incrementAndGet();
                      return null;
                    })) {
          assertNotNull(handle);
          net.call(x);
        }
        assertEquals(1, calls.get(), "cell " + i);
      }
    }
  }

  // ---- failures ---------------------------------------------------------------------------------

  @Test
  void hooksThatThrowLeaveNothingBehind() {
    Dense dense = new Dense(4, 4);
    dense.toFloat(DType.FLOAT16);
    SequentialCell net = new SequentialCell(new Tanh(), dense);
    Tensor x = Ops.ones(2, 4);
    float[] before = Autograd.grad(net).apply(x).toFloatArray();
    List<HookHandle> handles = new ArrayList<>();
    RuntimeException mine = new IllegalStateException("mine");
    List<Runnable> registrations =
        List.of(
            () ->
                handles.add(
                    dense.registerForwardPreHook(
                        (c, in) -> {
                          throw mine;
                        })),
            () ->
                handles.add(
                    dense.registerForwardHook(
                        (c, in, out) -> {
                          throw mine;
                        })),
            () ->
                handles.add(
                    dense.registerBackwardPreHook(
                        (c, g) -> {
                          throw mine;
                        })),
            () ->
                handles.add(
                    dense.registerBackwardHook(
                        (c, in, out) -> {
                          throw mine;
                        })),
            () ->
                handles.add(
                    dense
                        .weight()
                        .registerHook(
                            g -> {
                              throw mine;
                            })));
    for (Runnable registration : registrations) {
      registration.run();
      assertNoLeak(
          () ->
              assertSame(
                  mine,
                  assertThrows(
                      IllegalStateException.class,
                      () -> Autograd.grad(net, dense.trainableParams()).apply(x))));
      nothingIsLeft();
      handles.get(handles.size() - 1).remove();
      assertArrayEquals(before, Autograd.grad(net).apply(x).toFloatArray());
    }
  }

  @Test
  void anErrorInAForwardHookTellsThePathOfTheCell() {
    SequentialCell net = new SequentialCell(new Tanh(), new SequentialCell(new ReLU()));
    ((SequentialCell) net.get(1))
        .get(0)
        .registerForwardHook(
            (c, in, out) -> {
              throw new TensorException("too large");
            });
    String message = assertThrows(TensorException.class, () -> net.call(f(1))).getMessage();
    assertTrue(message.contains("too large"), message);
    assertTrue(message.contains("1.0"), message);
  }

  // ---- what backward hooks see ------------------------------------------------------------------

  @Test
  void theGradientOfTheInputIsComputedForAHookAlone() {
    Dense first = new Dense(2, 1);
    first.weight().setData(f(3, 4).reshape(1, 2));
    List<double[]> seen = new ArrayList<>();
    first.registerBackwardHook(
        (c, in, out) -> {
          seen.add(numbers(in));
          return null;
        });
    Tensor x = f(1, 2).reshape(1, 2);
    close(Autograd.grad(first, first.trainableParams()).apply(x).get(0), 1, 2);
    assertArrayEquals(new double[] {3, 4}, seen.get(0));
    Tensor y = first.call(x);
    assertEquals(1, seen.size(), "nothing is recorded outside of a gradient");
    assertEquals(2, y.shape().rank());
  }

  @Test
  void integerInputsAndInputsWithoutInfluenceHaveZeros() {
    Embedding embedding = new Embedding(4, 2);
    List<String> seen = new ArrayList<>();
    embedding.registerBackwardHook(
        (c, in, out) -> {
          seen.add(in.dtype() + " " + in.sum().item() + " " + out.sum().item());
          return null;
        });
    Tensor ids = Tensor.of(new int[] {1, 3}, 2);
    Autograd.grad(embedding, embedding.trainableParams()).apply(ids);
    assertEquals(List.of("int32 0.0 4.0"), seen);
    Parameter w = new Parameter(f(2), "w");
    Cell<Tensor, Tensor> ignores = new Does<Tensor, Tensor>(x -> w.value().mul(3));
    ignores.registerBackwardHook(
        (c, in, out) -> {
          seen.add(in.item() + " " + out.item());
          return in.add(7);
        });
    var g = Autograd.grad(ignores, new int[] {0}, List.of(w)).apply(f(1));
    assertEquals("0.0 1.0", seen.get(1));
    close(g.first().get(0), 7);
    close(g.second().get(0), 3);
  }

  @Test
  void aSecondPullOfTheSamePassRunsTheHooksAgain() {
    Tanh tanh = new Tanh();
    AtomicInteger runs = new AtomicInteger();
    tanh.registerBackwardHook(
        (c, in, out) -> {
          runs.incrementAndGet();
          return in.mul(out);
        });
    try (var vjp = Autograd.vjp(tanh, f(0))) {
      close(vjp.pull(f(1)), 1);
      close(vjp.pull(f(2)), 4);
    }
    assertEquals(2, runs.get());
  }

  @Test
  void inAGradientOfAGradientHooksSeeWhatPassesInEither() {
    Identity cell = new Identity();
    List<Double> seen = new ArrayList<>();
    cell.registerBackwardPreHook(
        (c, g) -> {
          seen.add(g.item());
          return g.mul(2);
        });
    Function<Tensor, Tensor> square = x -> cell.call(x).square();
    Function<Tensor, Tensor> first = Autograd.grad(square);
    close(first.apply(f(3)), 12);
    assertEquals(List.of(6.0), seen);
    seen.clear();
    // The first gradient is 4 h(x) with h the identity whose gradient is doubled.
    close(Autograd.grad(first).apply(f(3)), 8);
    assertEquals(List.of(6.0, 4.0), seen);
  }

  @Test
  void insideARecomputedCellBackwardHooksRunOnceAndForwardHooksTwice() {
    Tanh tanh = new Tanh();
    AtomicInteger forward = new AtomicInteger();
    AtomicInteger backward = new AtomicInteger();
    AtomicInteger onTensor = new AtomicInteger();
    tanh.registerForwardHook(
        (c, in, out) -> {
          forward.incrementAndGet();
          Autograd.registerHook(
              out,
              g -> {
                onTensor.incrementAndGet();
                return g.mul(2);
              });
          return null;
        });
    tanh.registerBackwardHook(
        (c, in, out) -> {
          backward.incrementAndGet();
          return in.mul(2);
        });
    SequentialCell net = new SequentialCell(tanh, new Identity());
    Tensor plain = Autograd.grad(net).apply(f(0.5));
    assertEquals(List.of(1, 1, 1), List.of(forward.get(), backward.get(), onTensor.get()));
    net.recompute();
    close(Autograd.grad(net).apply(f(0.5)), plain.item());
    assertEquals(List.of(3, 2, 2), List.of(forward.get(), backward.get(), onTensor.get()));
    net.recompute(false);
    tanh.recompute();
    close(Autograd.grad(net).apply(f(0.5)), plain.item());
    assertEquals(List.of(4, 3, 3), List.of(forward.get(), backward.get(), onTensor.get()));
  }

  @Test
  void cellsWithABackwardOfTheirOwnTakeAllHooks() {
    Cell<Tensor, Tensor> custom =
        new Cell<>() {
          @Override
          protected Tensor construct(Tensor x) {
            return x.mul(2);
          }

          @Override
          protected Tensor bprop(Tensor x, Tensor out, Tensor dout) {
            return dout.mul(10);
          }
        };
    custom.registerForwardHook((c, in, out) -> out.mul(3));
    custom.registerBackwardHook((c, in, out) -> in.add(1));
    custom.registerBackwardPreHook((c, g) -> g.mul(2));
    var r = Autograd.valueAndGrad((Tensor x) -> custom.call(x)).apply(f(1));
    close(r.value(), 6);
    close(r.grads(), 61);
  }

  // ---- tensors and parameters -------------------------------------------------------------------

  @Test
  void aTensorsHookSeesTheSumOfAllItsUsesOnce() {
    List<Double> seen = new ArrayList<>();
    Function<Tensor, Tensor> fn =
        x -> {
          Tensor y = x.mul(2);
          HookHandle removed = Autograd.registerHook(y, g -> g.mul(1000));
          Autograd.registerHook(
              y,
              g -> {
                seen.add(g.item());
                return g.add(1);
              });
          Autograd.registerHook(y, g -> g.mul(2));
          removed.remove();
          return y.mul(3).add(y.mul(4));
        };
    close(Autograd.grad(fn).apply(f(1)), 32);
    assertEquals(List.of(7.0), seen);
    close(fn.apply(f(1)), 14);
    assertEquals(1, seen.size(), "outside of a gradient nothing is registered");
  }

  @Test
  void inputsAndValuesOfParametersTakeTensorHooks() {
    Parameter w = new Parameter(f(5), "w");
    Function<Tensor, Tensor> fn =
        x -> {
          Tensor value = w.value();
          Autograd.registerHook(x, g -> g.mul(2));
          Autograd.registerHook(value, g -> g.mul(3));
          return x.mul(value);
        };
    var g = Autograd.grad(fn, new int[] {0}, List.of(w)).apply(f(7));
    close(g.first().get(0), 10);
    close(g.second().get(0), 21);
  }

  @Test
  void aParametersHooksRunOncePerGradientAndMayReplaceIt() {
    Dense dense = new Dense(2, 1);
    Parameter weight = dense.weight();
    weight.setData(f(1, 1).reshape(1, 2));
    List<double[]> seen = new ArrayList<>();
    HookHandle first =
        weight.registerHook(
            g -> {
              seen.add(numbers(g));
              return g.mul(2);
            });
    weight.registerHook(g -> g.add(1));
    Tensor x = f(3, 4).reshape(1, 2);
    Function<Tensor, Tensor> twice = in -> dense.call(in).add(dense.call(in));
    close(Autograd.grad(twice, weight).apply(x), 13, 17);
    assertArrayEquals(new double[] {6, 8}, seen.get(0));
    List<Tensor> named = Autograd.grad(twice, List.of(weight, weight)).apply(x);
    close(named.get(0), 13, 17);
    close(named.get(1), 13, 17);
    assertEquals(2, seen.size(), "a parameter that is named twice has one gradient");
    first.remove();
    close(Autograd.grad(twice, weight).apply(x), 7, 9);
    weight.setRequiresGrad(false);
    close(Autograd.grad(twice, weight).apply(x), 0, 0);
  }

  @Test
  void aTrainingStepUsesWhatAParametersHookLeaves() {
    Dense dense = new Dense(2, 1);
    dense.weight().setData(f(1, 1).reshape(1, 2));
    dense.weight().registerHook(g -> Ops.zerosLike(g));
    float[] bias = dense.trainableParams().get(1).value().toFloatArray();
    var step =
        new TrainOneStepCell<>(
            new WithLossCell<>(dense, new MSELoss()), new SGD(dense.trainableParams(), 0.1));
    step.call(Ops.ones(1, 2), Ops.full(Shape.of(1, 1), 50, DType.FLOAT32));
    close(dense.weight().value(), 1, 1);
    assertTrue(bias[0] < dense.trainableParams().get(1).value().toFloatArray()[0]);
  }

  @Test
  void aCopyOfAParameterHasNoHooks() {
    Parameter w = new Parameter(f(2), "w");
    w.registerHook(g -> g.mul(100));
    Parameter copy = w.copy();
    close(Autograd.grad((Tensor x) -> x.mul(copy.value()), copy).apply(f(3)), 3);
  }

  @Test
  void hooksKeepNoMemory() {
    Dense dense = new Dense(4, 4);
    dense.registerForwardHook((c, in, out) -> out.mul(2));
    dense.registerBackwardPreHook((c, g) -> g.mul(2));
    dense.registerBackwardHook((c, in, out) -> in.mul(2));
    dense.weight().registerHook(g -> g.mul(2));
    Tensor x = Ops.ones(3, 4);
    assertNoLeak(() -> Autograd.grad(dense, new int[] {0}, dense.trainableParams()).apply(x));
    Tensor[] kept = new Tensor[1];
    dense.registerBackwardHook(
        (c, in, out) -> {
          kept[0] = Scope.keep(in.mul(1));
          return null;
        });
    Autograd.grad(dense).apply(x);
    assertEquals(12, numbers(kept[0]).length);
  }

  // ---- slices and tangents ----------------------------------------------------------------------

  /** The product of the input and its sum. */
  private static final class Mixing extends Cell<Tensor, Tensor> {
    @Override
    protected Tensor construct(Tensor x) {
      return x.mul(x.sum());
    }
  }

  /** Rows that no two hooks would treat alike if they saw all at once. */
  private static final Tensor ROWS = Tensor.of(new float[][] {{1, 2}, {-3, 5}, {0.5f, 4}});

  private static Tensor normalised(Tensor gradient) {
    return gradient.div(gradient.abs().sum());
  }

  /** The gradients of each row by itself, stacked. */
  private static Tensor byRow(Mixing cell, Tensor rows) {
    List<Tensor> gradients = new ArrayList<>();
    for (int i = 0; i < rows.dim(0); i++) {
      gradients.add(Autograd.grad((Tensor x) -> cell.call(x).square()).apply(rows.at(i)));
    }
    return Ops.stack(gradients, 0);
  }

  private static Mixing withHooks(List<Object> seen) {
    Mixing cell = new Mixing();
    cell.registerBackwardPreHook((c, gradOutput) -> normalised(gradOutput));
    cell.registerBackwardHook(
        (c, gradInput, gradOutput) -> {
          seen.add(gradInput.shape());
          seen.add(gradOutput.shape());
          return normalised(gradInput).mul(gradOutput);
        });
    return cell;
  }

  @Test
  void hooksSeeOneSliceInAGradientOfVmap() {
    List<Object> seen = new ArrayList<>();
    Mixing cell = withHooks(seen);
    Tensor expected = byRow(cell, ROWS);
    seen.clear();
    Tensor found = Autograd.grad(Autograd.vmap((Tensor x) -> cell.call(x).square())).apply(ROWS);
    assertClose(found, expected, 1e-6, 1e-7);
    assertEquals(List.of(ROWS.at(0).shape(), ROWS.at(0).shape()), seen, "once for all slices");
    Tensor inside = Autograd.vmap(Autograd.grad((Tensor x) -> cell.call(x).square())).apply(ROWS);
    assertClose(inside, expected, 1e-6, 1e-7);
  }

  @Test
  void hooksSeeOneSliceOfSlices() {
    Mixing cell = withHooks(new ArrayList<>());
    Tensor other = ROWS.mul(ROWS).sub(3);
    Tensor both = Ops.stack(List.of(ROWS, other), 0);
    Tensor expected = Ops.stack(List.of(byRow(cell, ROWS), byRow(cell, other)), 0);
    Tensor found =
        Autograd.grad(Autograd.vmap(Autograd.vmap((Tensor x) -> cell.call(x).square())))
            .apply(both);
    assertClose(found, expected, 1e-6, 1e-7);
  }

  @Test
  void aHookOnWhatIsTheSameForAllSlicesSeesTheirSum() {
    Mixing cell = new Mixing();
    List<Tensor> seen = new ArrayList<>();
    cell.registerBackwardPreHook(
        (c, gradOutput) -> {
          seen.add(Scope.keep(gradOutput.copy()));
          return null;
        });
    Tensor one = Tensor.of(new float[] {1, 2}, 2);
    // The cell's output is the same for all rows, each of which is a factor of it.
    Autograd.grad((Tensor y) -> Autograd.vmap((Tensor x) -> cell.call(y).mul(x)).apply(ROWS))
        .apply(one);
    assertEquals(1, seen.size());
    assertClose(seen.get(0), ROWS.sum(0), 1e-6, 0);
  }

  private static Tensor hooked(Tensor x) {
    Tensor y = x.mul(x.sum());
    Autograd.registerHook(y, HooksTest::normalised);
    return y.square();
  }

  @Test
  void aHookOnATensorSeesOneSliceToo() {
    List<Tensor> gradients = new ArrayList<>();
    for (int i = 0; i < ROWS.dim(0); i++) {
      gradients.add(Autograd.grad(HooksTest::hooked).apply(ROWS.at(i)));
    }
    Tensor found = Autograd.grad(Autograd.vmap(HooksTest::hooked)).apply(ROWS);
    assertClose(found, Ops.stack(gradients, 0), 1e-6, 1e-7);
    Tensor x = ROWS.at(0);
    assertThrows(
        TensorException.class,
        () -> Autograd.grad((Tensor in) -> Autograd.jacfwd(HooksTest::hooked).apply(in)).apply(x));
  }

  @Test
  void hooksAreRefusedInAGradientOfTangents() {
    Mixing cell = withHooks(new ArrayList<>());
    Tensor x = Tensor.of(new float[] {1, 2}, 2);
    var e =
        assertThrows(
            TensorException.class,
            () -> Autograd.grad((Tensor in) -> Autograd.jacfwd(cell::call).apply(in)).apply(x));
    assertTrue(e.getMessage().contains("jacfwd(grad(f))"), e.getMessage());
  }
}
