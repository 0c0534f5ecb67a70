package dev.mycel.nn;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Ops;
import dev.mycel.core.Tensor;
import dev.mycel.junit.MycelTest;
import dev.mycel.nn.layer.Dense;
import dev.mycel.nn.layer.ReLU;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Which fields of which classes are members. */
// The registry reads fields, of any access.
@SuppressWarnings({"UnusedVariable", "unused", "FieldMayBeFinal", "EffectivelyPrivate"})
@MycelTest
class CellMembersTest {
  private abstract static class Plain extends Cell<Tensor, Tensor> {
    @Override
    protected Tensor construct(Tensor x) {
      return x;
    }
  }

  private static List<String> names(Cell<?, ?> cell) {
    return cell.parametersAndNames().stream().map(NamedParameter::name).toList();
  }

  private static List<String> children(Cell<?, ?> cell) {
    return List.copyOf(cell.nameCells().keySet());
  }

  private static Dense dense() {
    return Dense.builder(2, 1).hasBias(false).build();
  }

  private static class AnyAccess extends Plain {
    public ReLU open = new ReLU();
    protected ReLU shared = new ReLU();
    ReLU near = new ReLU();
    private ReLU own = new ReLU();
  }

  @Test
  void fieldsOfAnyAccessAreMembersFinalOrNot() {
    assertEquals(List.of("open", "shared", "near", "own"), children(new AnyAccess()));
  }

  private static class Base extends Plain {
    private final ReLU act = new ReLU();
    protected final Parameter scale = new Parameter(Ops.ones(1));
  }

  private static class Middle extends Base {
    private final ReLU more = new ReLU();
  }

  private static final class Last extends Middle {
    private final ReLU last = new ReLU();
  }

  /** Hides a field of its superclass. */
  private static final class Hiding extends Base {
    private final ReLU act = new ReLU();
  }

  @Test
  void superclassesComeFirstThroughAllLevels() {
    assertEquals(List.of("act", "more", "last"), children(new Last()));
    assertEquals(List.of("scale"), names(new Last()));
  }

  @Test
  void aFieldThatHidesOneOfItsSuperclassIsRefusedUnlessItHasAnotherLocalName() {
    var e = assertThrows(ArgumentException.class, () -> new Hiding().cells());
    assertTrue(e.getMessage().contains("'act'"), e.getMessage());
    class Renamed extends Base {
      @LocalName("act2")
      private final ReLU act = new ReLU();
    }
    assertEquals(List.of("act", "act2"), children(new Renamed()));
  }

  @Test
  void fieldsAreReadWhenAskedSoLaterAssignmentsCount() {
    class Late extends Plain {
      private @Nullable Dense fc;
    }
    Late late = new Late();
    assertEquals(List.of(), children(late));
    late.fc = dense();
    assertEquals(List.of("fc"), children(late));
  }

  /** Has an inner class, which holds a reference to it. */
  private static final class Outer extends Plain {
    private final Dense fc = dense();
    private final Inner inner = new Inner();

    @SuppressWarnings("ClassCanBeStatic") // that it is not is the point
    private final class Inner extends Plain {
      private final Dense fc = dense();
    }
  }

  @Test
  void anInnerClassDoesNotHoldItsOuterCell() {
    assertEquals(List.of("fc.weight", "inner.fc.weight"), names(new Outer()));
    assertEquals(List.of("fc"), children(new Outer().inner));
  }

  @Test
  void anonymousCellsHaveMembersAndAClassName() {
    Plain cell =
        new Plain() {
          private final Dense fc = dense();
        };
    assertEquals(List.of("fc.weight"), names(cell));
    assertEquals("Cell", cell.clsName());
    assertTrue(cell.toString().startsWith("Cell("), cell.toString());
  }

  @Test
  void aCapturedCellIsRefusedUnlessAFieldHoldsIt() {
    Dense head = dense();
    Plain captured =
        new Plain() {
          @Override
          protected Tensor construct(Tensor x) {
            return head.call(x);
          }
        };
    var e = assertThrows(ArgumentException.class, captured::trainableParams);
    assertTrue(e.getMessage().contains("head"), e.getMessage());
    Plain held =
        new Plain() {
          private final Dense mine = head;

          @Override
          protected Tensor construct(Tensor x) {
            return head.call(x);
          }
        };
    assertEquals(List.of("mine.weight"), names(held));
    Plain referring =
        new Plain() {
          private final transient Dense elsewhere = head;

          @Override
          protected Tensor construct(Tensor x) {
            return head.call(x);
          }
        };
    assertEquals(List.of(), names(referring));
  }

  /** As Kotlin compiles {@code class Net { private val fc = ...; lateinit var more: Dense }}. */
  private static final class KotlinStyle extends Plain {
    private final Dense fc = dense();
    private @Nullable Dense more;

    public Dense getFc() {
      return fc;
    }

    public void setMore(Dense more) {
      this.more = more;
    }
  }

  @Test
  void propertiesWithGettersAreMembersUnderTheirNames() {
    KotlinStyle net = new KotlinStyle();
    net.setMore(dense());
    assertEquals(List.of("fc.weight", "more.weight"), names(net));
    assertSame(net.getFc(), net.nameCells().get("fc"));
  }

  /** Describes a cell without holding one. */
  private record DenseFactory(int in, int out) implements Supplier<Dense> {
    @Override
    public Dense get() {
      return Dense.builder(in, out).hasBias(false).build();
    }
  }

  private static final class Made extends Plain {
    private final DenseFactory factory;
    private final Dense fc;

    Made(DenseFactory factory) {
      this.factory = factory;
      this.fc = factory.get();
    }
  }

  @Test
  void aRecordThatMakesCellsIsNoMemberAndWhatItMadeIs() {
    assertEquals(List.of("fc.weight"), names(new Made(new DenseFactory(2, 3))));
  }

  private record Pieces(Dense first, int width) {}

  private record Nested(Optional<Pieces> pieces) {}

  @Test
  void recordsThatHoldCellsAreRefusedHoweverDeep() {
    class Flat extends Plain {
      private final Pieces pieces = new Pieces(dense(), 1);
    }
    class Deep extends Plain {
      private final Nested nested = new Nested(Optional.of(new Pieces(dense(), 1)));
    }
    class Elsewhere extends Plain {
      private final transient Pieces pieces = new Pieces(dense(), 1);
    }
    for (Cell<?, ?> cell : List.of(new Flat(), new Deep())) {
      var e = assertThrows(ArgumentException.class, cell::trainableParams);
      assertTrue(e.getMessage().contains("fields of their own"), e.getMessage());
    }
    assertDoesNotThrow(() -> new Elsewhere().trainableParams());
  }

  @Test
  void tensorsAreNoMembers() {
    class Net extends Plain {
      private final Tensor constant = Ops.ones(3);
      private final Parameter weight = new Parameter(Ops.ones(3));
    }
    assertEquals(List.of("weight"), names(new Net()));
  }

  @Test
  void valuesOfInterfacesAndSuperclassesCount() {
    class Net extends Plain {
      private final java.util.function.Function<Tensor, Tensor> head = dense();
      private final Cell<?, ?> any = new ReLU();
      private final Object weight = new Parameter(Ops.ones(1));
    }
    assertEquals(List.of("head", "any"), children(new Net()));
    assertEquals(List.of("weight", "head.weight"), names(new Net()));
  }

  // ---- container operations ---------------------------------------------------------------------

  @Test
  void sequencesAreExtendedCutAndEmptied() {
    SequentialCell net = new SequentialCell(new ReLU());
    net.extend(List.of(dense(), new ReLU(), dense()));
    assertEquals(List.of("0", "1", "2", "3"), children(net));
    net.remove(1, -1);
    assertEquals(List.of("ReLU", "Dense"), net.stream().map(Cell::clsName).toList());
    assertEquals(List.of("0", "1"), children(net));
    net.clear();
    assertTrue(net.isEmpty());
    CellList<Cell<?, ?>> list = new CellList<>(List.<Cell<?, ?>>of(new ReLU(), dense()));
    assertEquals(1, list.remove(-1, 9).size());
    list.clear();
    assertTrue(list.isEmpty() && list.stream().findAny().isEmpty());
  }

  @Test
  void dictionariesTakePairsAndOtherDictionaries() {
    CellDict<Cell<Tensor, Tensor>> dict =
        new CellDict<>(List.of(Map.entry("b", dense()), Map.entry("a", new ReLU())));
    assertEquals(List.of("b", "a"), new ArrayList<>(dict.keys()));
    CellDict<Cell<Tensor, Tensor>> other = new CellDict<>();
    assertTrue(other.isEmpty());
    other.put("z", new ReLU()).update(dict);
    assertEquals(List.of("z", "b", "a"), new ArrayList<>(other.keys()));
    assertSame(dict.get("b"), other.get("b"));
    other.update(List.of(Map.entry("z", dense())));
    assertEquals("Dense", other.get("z").clsName());
    assertEquals(3, other.items().size());
  }
}
