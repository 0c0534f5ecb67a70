package dev.mycel.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.autograd.Autograd;
import dev.mycel.core.ArgumentException;
import dev.mycel.core.Ops;
import dev.mycel.core.Tensor;
import dev.mycel.core.TensorException;
import dev.mycel.junit.MycelTest;
import dev.mycel.nn.layer.Dense;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes into cells, what comes out, and what errors tell on the way. */
@SuppressWarnings({"UnusedVariable", "unused"}) // fields are read by the registry
@MycelTest
class CellCallTest {
  /** Arguments by name, some of which may be left out. */
  private record Query(Tensor q, Optional<Tensor> mask, boolean negate) {
    static Query of(Tensor q) {
      return new Query(q, Optional.empty(), false);
    }

    Query mask(Tensor mask) {
      return new Query(q, Optional.of(mask), negate);
    }

    Query negated() {
      return new Query(q, mask, true);
    }
  }

  private record Answer(Tensor y, Map<String, List<Tensor>> parts) {}

  private static final class Attend extends Cell<Query, Answer> {
    @Override
    protected Answer construct(Query in) {
      Tensor masked = in.mask().map(in.q()::mul).orElse(in.q());
      Tensor y = in.negate() ? masked.neg() : masked;
      return new Answer(y.square(), Map.of("all", List.of(y, in.q())));
    }
  }

  @Test
  void recordsCarryNamedAndOptionalArgumentsAndSeveralResults() {
    Tensor x = Tensor.of(new float[] {1, 2}, 2);
    Attend cell = new Attend();
    assertEquals("[1. 4.]", cell.call(Query.of(x)).y().toString());
    Query full = Query.of(x).mask(Tensor.of(new float[] {0, 3}, 2)).negated();
    Answer answer = cell.call(full);
    assertEquals("[ 0. 36.]", answer.y().toString());
    assertEquals("[-0. -6.]", answer.parts().get("all").get(0).toString());
  }

  @Test
  void gradientsHaveTheFormOfTheRecord() {
    Tensor x = Tensor.of(new float[] {1, 2}, 2);
    Query in = Query.of(x).mask(Tensor.of(new float[] {1, 3}, 2));
    Query g = Autograd.grad((Query q) -> new Attend().call(q).y()).apply(in);
    assertEquals("[ 2. 36.]", g.q().toString());
    assertEquals("[ 2. 24.]", g.mask().orElseThrow().toString());
    Query without = Autograd.grad((Query q) -> new Attend().call(q).y()).apply(Query.of(x));
    assertTrue(without.mask().isEmpty());
  }

  private static final class Sums extends Cell<Map<String, List<Tensor>>, Map<String, Tensor>> {
    @Override
    protected Map<String, Tensor> construct(Map<String, List<Tensor>> in) {
      Tensor total = in.get("a").get(0).add(in.get("a").get(1));
      return Map.of("sum", total);
    }
  }

  @Test
  void mapsOfListsGoInAndMapsComeOut() {
    Map<String, List<Tensor>> in = Map.of("a", List.of(Ops.ones(2), Ops.ones(2)));
    assertEquals("[2. 2.]", new Sums().call(in).get("sum").toString());
    Map<String, List<Tensor>> g = Autograd.grad(new Sums()).apply(in);
    assertEquals("[1. 1.]", g.get("a").get(1).toString());
  }

  private static <O> Cell<Tensor, O> giving(Supplier<@Nullable O> output) {
    return new Cell<>() {
      @Override
      @SuppressWarnings("NullAway") // the null is the point
      protected O construct(Tensor x) {
        return output.get();
      }
    };
  }

  private record Nothing() {}

  @Test
  void outputsThatHoldNothingAreRefused() {
    List<Cell<Tensor, ?>> cells =
        List.of(
            giving(() -> null),
            giving(List::of),
            giving(() -> Map.of("a", Optional.empty())),
            giving(() -> new Tensor[0]),
            giving(Nothing::new));
    for (Cell<Tensor, ?> cell : cells) {
      var e = assertThrows(ArgumentException.class, () -> cell.call(Ops.ones(1)));
      assertTrue(e.getMessage().contains("construct returned n"), e.getMessage());
      assertTrue(e.getMessage().contains("hint"), e.getMessage());
    }
    assertEquals(3, giving(() -> 3).call(Ops.ones(1)));
    assertEquals(1, giving(() -> List.of(Ops.ones(1))).call(Ops.ones(1)).size());
  }

  // ---- errors -----------------------------------------------------------------------------------

  private static final class Retrying extends Cell<Tensor, Tensor> {
    private final Dense fc = new Dense(4, 4);

    @Override
    protected Tensor construct(Tensor x) {
      try {
        return fc.call(x);
      } catch (TensorException e) {
        throw e;
      }
    }
  }

  private static final class Outside extends Cell<Tensor, Tensor> {
    private final SequentialCell block = new SequentialCell(new Retrying());
    private final Retrying again = new Retrying();

    @Override
    protected Tensor construct(Tensor x) {
      return block.call(x);
    }
  }

  @Test
  void theCellPathIsTakenDownOnceThoughTheErrorIsThrownAgain() {
    var e = assertThrows(TensorException.class, () -> new Outside().call(Ops.ones(1, 3)));
    assertEquals(List.of("block", "0", "fc"), e.cellPath());
    assertEquals(e.getMessage().indexOf("\n  in "), e.getMessage().lastIndexOf("\n  in "));
  }

  /** Throws one and the same error in every call. */
  private static final class Failing extends Cell<Tensor, Tensor> {
    private final TensorException error = new TensorException("kept");

    @Override
    protected Tensor construct(Tensor x) {
      throw error;
    }
  }

  @Test
  void anErrorThatIsThrownInTwoCallsHasOnePath() {
    Failing failing = new Failing();
    SequentialCell net = new SequentialCell(failing);
    assertThrows(TensorException.class, () -> net.call(Ops.ones(1)));
    var e = assertThrows(TensorException.class, () -> net.call(Ops.ones(1)));
    assertSame(failing.error, e);
    assertEquals(List.of("0"), e.cellPath());
  }

  @Test
  void anErrorThatWrapsAnotherKeepsBothPathsApart() {
    class Wrapping extends Cell<Tensor, Tensor> {
      private final Retrying inner = new Retrying();

      @Override
      protected Tensor construct(Tensor x) {
        try {
          return inner.call(x);
        } catch (TensorException e) {
          throw new TensorException("no luck", e);
        }
      }
    }
    SequentialCell net = new SequentialCell(new Wrapping());
    var e = assertThrows(TensorException.class, () -> net.call(Ops.ones(1, 3)));
    assertEquals("no luck\n  in 0", e.getMessage());
    assertEquals(List.of("fc"), cause(e).cellPath());
  }

  private static TensorException cause(TensorException e) {
    return (TensorException) java.util.Objects.requireNonNull(e.getCause());
  }

  // ---- writing parameters inside construct ------------------------------------------------------

  private static final class Writing extends Cell<Tensor, Tensor> {
    private final Parameter count = new Parameter(Ops.zeros(1));
    private final boolean assigns;

    Writing(boolean assigns) {
      this.assigns = assigns;
    }

    @Override
    protected Tensor construct(Tensor x) {
      if (assigns) {
        count.assign(count.value().add(1));
      } else {
        count.setData(Ops.ones(1));
      }
      return x;
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void assignWritesInsideConstruct(int calls) {
    Writing cell = new Writing(true);
    for (int i = 0; i < calls; i++) {
      cell.call(Ops.ones(1));
    }
    assertEquals(calls, cell.count.value().item());
  }

  @Test
  void setDataInsideConstructIsRefusedAndWorksOutsideAgain() {
    Writing cell = new Writing(false);
    SequentialCell net = new SequentialCell(cell);
    var e = assertThrows(ArgumentException.class, () -> net.call(Ops.ones(1)));
    assertTrue(e.getMessage().contains("assign"), e.getMessage());
    assertEquals(0, cell.count.value().item());
    cell.count.setData(Ops.ones(1));
    assertEquals(1, cell.count.value().item());
  }
}
