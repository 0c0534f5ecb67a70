package dev.mycel.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Ops;
import dev.mycel.core.Tensor;
import dev.mycel.junit.MycelTest;
import dev.mycel.nn.layer.Dense;
import dev.mycel.nn.layer.ReLU;
import dev.mycel.nn.layer.Tanh;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

@SuppressWarnings({"UnusedVariable", "unused"}) // fields are read by the registry
@MycelTest
class ContainersTest {
  private static List<String> keys(Cell<?, ?> cell) {
    return cell.cellsAndNames().stream().map(NamedCell::name).skip(1).toList();
  }

  private static List<String> names(Cell<?, ?> cell) {
    return new ArrayList<>(cell.parametersDict().keySet());
  }

  @Test
  void aSequenceCallsOneAfterTheOther() {
    Dense a = Dense.builder(2, 3).weightInit("ones").hasBias(false).build();
    Dense b = Dense.builder(3, 1).weightInit("ones").hasBias(false).build();
    SequentialCell net = new SequentialCell(a, new ReLU(), b);
    assertEquals(6, net.call(Ops.ones(1, 2)).item());
    assertEquals(List.of("0.weight", "2.weight"), names(net));
  }

  @Test
  void parametersAndBuffersOfAContainerAreNoElements() {
    SequentialCell net = new SequentialCell(new ReLU(), new Tanh());
    CellList<Cell<?, ?>> list = new CellList<>(List.of(new ReLU()));
    CellDict<Cell<?, ?>> dict = new CellDict<>();
    dict.put("act", new ReLU());
    for (Cell<?, ?> container : List.<Cell<?, ?>>of(net, list, dict)) {
      container.insertParamToCell("scale", new Parameter(Ops.ones(1)));
      container.registerBuffer("mask", Ops.ones(1));
    }
    assertEquals(0, net.call(Ops.zeros(1)).item());
    net.append(new ReLU());
    net.remove(0);
    assertEquals(List.of("0", "1"), keys(net));
    assertEquals(2, net.size());
    assertEquals(List.of("scale", "mask"), List.copyOf(net.stateDict().keySet()));
    list.append(new Tanh());
    assertEquals(2, list.size());
    assertEquals(1, dict.size());
    assertFalse(dict.containsKey("mask"));
    assertThrows(ArgumentException.class, () -> dict.put("mask", new ReLU()));
    list.clear();
    dict.clear();
    assertTrue(list.isEmpty() && dict.isEmpty());
    assertEquals(1, list.buffers().count());
    assertEquals(List.of("scale"), names(dict));
  }

  @Test
  void aSequenceCanBeNamedByAMap() {
    Map<String, Cell<Tensor, Tensor>> cells = new LinkedHashMap<>();
    cells.put("first", new Dense(2, 1));
    cells.put("act", new Tanh());
    SequentialCell net = new SequentialCell(cells);
    assertEquals(List.of("first", "act"), keys(net));
    net.append(new ReLU());
    assertEquals(List.of("first", "act", "2"), keys(net));
    net.remove(0);
    assertEquals(List.of("act", "1"), keys(net));
  }

  @Test
  void sequencesBehaveAsLists() {
    ReLU relu = new ReLU();
    Tanh tanh = new Tanh();
    SequentialCell net = new SequentialCell(relu, tanh);
    assertSame(tanh, net.get(-1));
    assertEquals(2, net.size());
    net.set(0, tanh).insert(0, relu);
    assertEquals(List.of("0", "1"), keys(net).subList(0, 2));
    assertSame(relu, net.get(0));
    assertEquals(2, net.slice(1, 3).size());
    assertThrows(ArgumentException.class, () -> net.get(3));
    assertThrows(ArgumentException.class, () -> net.set(-4, relu));
    assertThrows(ArgumentException.class, () -> net.append(net));
    int count = 0;
    for (Cell<Tensor, Tensor> cell : net) {
      count++;
    }
    assertEquals(3, count);
  }

  @Test
  void anEmptySequenceGivesItsInputBack() {
    Tensor x = Ops.ones(2);
    assertTrue(new SequentialCell().call(x).sameAs(x));
    assertEquals("SequentialCell()", new SequentialCell().toString());
  }

  /** A cell whose list starts empty. */
  private static final class Growing extends Cell<Tensor, Tensor> {
    private final CellList<Cell<Tensor, Tensor>> layers = new CellList<>();

    @Override
    protected Tensor construct(Tensor x) {
      Tensor y = x;
      for (Cell<Tensor, Tensor> layer : layers) {
        y = layer.call(y);
      }
      return y;
    }
  }

  @Test
  void whatIsAppendedToAnEmptyListIsNamedByItsPath() {
    Growing net = new Growing();
    net.layers.append(new Dense(2, 2)).append(new ReLU()).extend(List.of(new Dense(2, 1)));
    assertEquals(
        List.of("layers.0.weight", "layers.0.bias", "layers.2.weight", "layers.2.bias"),
        names(net));
    assertEquals(1, net.call(Ops.ones(3, 2)).dim(1));
  }

  @Test
  void listsRenumberAndCannotBeCalled() {
    CellList<Cell<Tensor, Tensor>> list = new CellList<>(new ReLU(), new Dense(1, 1));
    list.insert(0, new Tanh());
    assertEquals(List.of("2.weight", "2.bias"), names(list));
    list.remove(1);
    assertEquals(List.of("1.weight", "1.bias"), names(list));
    assertEquals("Dense", list.get(-1).clsName());
    assertEquals(List.of("0.weight", "0.bias"), names(list.slice(1, 2)));
    assertThrows(ArgumentException.class, () -> list.insert(3, new ReLU()));
    var e = assertThrows(ArgumentException.class, () -> callOf(list));
    assertTrue(e.getMessage().contains("hint"), e.getMessage());
    CellList<Cell<?, ?>> any = new CellList<>(List.of());
    assertThrows(ArgumentException.class, () -> any.append(new CellDict<ReLU>()));
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // what an untyped caller would do
  private static Object callOf(Cell cell) {
    return cell.call(List.of());
  }

  @Test
  void dictionariesNameByKey() {
    CellDict<Cell<Tensor, Tensor>> parts = new CellDict<>();
    parts.put("fc", new Dense(2, 1)).put("act", new ReLU());
    assertEquals(List.of("fc.weight", "fc.bias"), names(parts));
    assertEquals(List.of("fc", "act"), new ArrayList<>(parts.keys()));
    assertTrue(parts.containsKey("act"));
    assertEquals("ReLU", parts.pop("act").clsName());
    assertFalse(parts.containsKey("act"));
    parts.update(Map.of("fc", new Tanh()));
    assertEquals("Tanh", parts.get("fc").clsName());
    assertEquals(1, parts.size());
    assertThrows(ArgumentException.class, () -> parts.get("none"));
    assertThrows(ArgumentException.class, () -> parts.put("a.b", new ReLU()));
    assertThrows(ArgumentException.class, () -> parts.put("", new ReLU()));
    assertThrows(ArgumentException.class, () -> parts.put("seq", new SequentialCell()));
    assertThrows(ArgumentException.class, () -> callOf(parts));
    parts.clear();
    assertEquals(0, parts.size());
  }

  @Test
  void aRefusedElementLeavesAContainerAsItWas() {
    CellDict<Cell<Tensor, Tensor>> parts = new CellDict<>();
    Map<String, Cell<Tensor, Tensor>> some = new LinkedHashMap<>();
    some.put("fc", new Dense(2, 1));
    some.put("seq", new SequentialCell());
    assertThrows(ArgumentException.class, () -> parts.update(some));
    assertEquals(0, parts.size());
    CellList<Cell<?, ?>> list = new CellList<>(List.<Cell<?, ?>>of(new ReLU()));
    List<Cell<?, ?>> others = List.of(new Tanh(), new CellDict<>());
    assertThrows(ArgumentException.class, () -> list.extend(others));
    assertThrows(ArgumentException.class, () -> list.set(0, new CellDict<>()));
    assertEquals(1, list.size());
    assertEquals("ReLU", list.get(0).clsName());
  }

  @Test
  void emptyDictionariesAreListedAndEmptyListsAreNot() {
    SequentialCell net = new SequentialCell();
    net.insertChildToCell("parts", new CellDict<>());
    net.insertChildToCell("list", new CellList<>());
    assertEquals(List.of("", "parts"), net.cellsAndNames().stream().map(NamedCell::name).toList());
  }
}
