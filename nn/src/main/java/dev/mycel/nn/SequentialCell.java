package dev.mycel.nn;

import dev.mycel.core.Tensor;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Cells one after the other: each takes the output of the one before. */
public class SequentialCell extends Cell<Tensor, Tensor> implements Iterable<Cell<Tensor, Tensor>> {
  private final transient CellSequence<Cell<Tensor, Tensor>> sequence = new CellSequence<>(this);

  /** The cells in order, named {@code 0, 1, ...}. */
  @SafeVarargs
  @SuppressWarnings("varargs") // the array is only read
  public SequentialCell(Cell<Tensor, Tensor>... cells) {
    this(List.of(cells));
  }

  /** The cells in order, named {@code 0, 1, ...}. */
  public SequentialCell(List<? extends Cell<Tensor, Tensor>> cells) {
    sequence.extend(cells);
  }

  /** The cells in the map's order, named by its keys: not empty, without dots. */
  public SequentialCell(Map<String, ? extends Cell<Tensor, Tensor>> cells) {
    cells.forEach(sequence::put);
  }

  /** Adds a cell at the end. */
  public SequentialCell append(Cell<Tensor, Tensor> cell) {
    sequence.insert(sequence.size(), cell);
    return this;
  }

  /** Adds cells at the end. */
  public SequentialCell extend(List<? extends Cell<Tensor, Tensor>> cells) {
    sequence.extend(cells);
    return this;
  }

  /** Adds a cell before a place; later ones move up. */
  public SequentialCell insert(int index, Cell<Tensor, Tensor> cell) {
    sequence.insert(index, cell);
    return this;
  }

  /** The cell at a place; negative places count from the end. */
  public Cell<Tensor, Tensor> get(int index) {
    return sequence.get(index);
  }

  /** Puts another cell at a place. */
  public SequentialCell set(int index, Cell<Tensor, Tensor> cell) {
    sequence.set(index, cell);
    return this;
  }

  /** Takes a cell out and returns it; later ones move down. */
  public Cell<Tensor, Tensor> remove(int index) {
    return sequence.remove(index);
  }

  /** Takes the cells from one place up to another out; later ones move down. */
  public SequentialCell remove(int from, int to) {
    sequence.remove(from, to);
    return this;
  }

  /** Takes all cells out. */
  public void clear() {
    sequence.clear();
  }

  /** A new container of the same cells from one place up to another, which is left out. */
  public SequentialCell slice(int from, int to) {
    SequentialCell part = new SequentialCell();
    for (Map.Entry<String, Object> entry : sequence.slice(from, to)) {
      part.inserted().put(entry.getKey(), entry.getValue());
    }
    return part;
  }

  /** Number of cells. */
  public int size() {
    return sequence.size();
  }

  /** Whether there is no cell. */
  public boolean isEmpty() {
    return size() == 0;
  }

  /** The cells in order. */
  public Stream<Cell<Tensor, Tensor>> stream() {
    return sequence.elements().stream();
  }

  @Override
  boolean isEmptyContainer() {
    return isEmpty();
  }

  /** The cells in order. */
  @Override
  public Iterator<Cell<Tensor, Tensor>> iterator() {
    return sequence.elements().iterator();
  }

  @Override
  protected Tensor construct(Tensor input) {
    Tensor x = input;
    List<Cell<Tensor, Tensor>> cells = sequence.elements();
    for (int i = 0; i < cells.size(); i++) {
      Cell<Tensor, Tensor> cell = cells.get(i);
      int more = takenOver(cell, cells, i + 1);
      if (more == 0) {
        x = cell.call(x);
      } else {
        x = cell.callFused(x, cells.subList(i + 1, i + 1 + more));
        i += more;
      }
    }
    return x;
  }

  /** How many of the cells from a place on the one before them takes over. */
  private static int takenOver(
      Cell<Tensor, Tensor> cell, List<Cell<Tensor, Tensor>> cells, int from) {
    if (!(cell instanceof Fusing fusing)) {
      return 0;
    }
    int end = from;
    while (end < cells.size() && cells.get(end).isCalledLike(cell)) {
      end++;
    }
    return end == from ? 0 : fusing.takesOver(cells.subList(from, end));
  }

  @Override
  protected boolean ownsTemporaries() {
    return true;
  }
}
