package dev.mycel.nn;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A list of cells that belong to the cell which holds it, named {@code 0, 1, ...}. It cannot be
 * called; the cell that holds it says how its elements are used.
 *
 * @param <C> the type of the elements
 */
public final class CellList<C extends Cell<?, ?>> extends Cell<Void, Void> implements Iterable<C> {
  private final transient CellSequence<C> sequence = new CellSequence<>(this);

  /** A list of those cells. */
  @SafeVarargs
  @SuppressWarnings("varargs") // the array is only read
  public CellList(C... cells) {
    this(List.of(cells));
  }

  /** A list of those cells. */
  public CellList(List<? extends C> cells) {
    extend(cells);
  }

  /**
   * A list of those cells.
   *
   * @param autoPrefix false leaves the names of what the elements hold as they are, where no cell
   *     with auto prefix holds the list
   */
  public CellList(List<? extends C> cells, boolean autoPrefix) {
    super(autoPrefix);
    extend(cells);
  }

  /** Adds a cell at the end. */
  public CellList<C> append(C cell) {
    return insert(size(), cell);
  }

  /** Adds cells at the end. */
  public CellList<C> extend(List<? extends C> cells) {
    cells.forEach(CellList::check);
    sequence.extend(cells);
    return this;
  }

  /** Adds a cell before a place in {@code [-size, size]}; later ones move up. */
  public CellList<C> insert(int index, C cell) {
    check(cell);
    sequence.insert(index, cell);
    return this;
  }

  private static void check(Cell<?, ?> cell) {
    if (cell instanceof CellDict) {
      throw new ArgumentException(
          Messages.of("cellList: a CellDict cannot be an element")
              .hint("make it a field of its own")
              .text());
    }
  }

  /** The cell at a place; negative places count from the end. */
  public C get(int index) {
    return sequence.get(index);
  }

  /** Puts another cell at a place. */
  public CellList<C> set(int index, C cell) {
    check(cell);
    sequence.set(index, cell);
    return this;
  }

  /** Takes a cell out and returns it; later ones move down. */
  public C remove(int index) {
    return sequence.remove(index);
  }

  /** Takes the cells from one place up to another out; later ones move down. */
  public CellList<C> remove(int from, int to) {
    sequence.remove(from, to);
    return this;
  }

  /** Takes all cells out. */
  public void clear() {
    sequence.clear();
  }

  /** A new list of the same cells from one place up to another, which is left out. */
  @SuppressWarnings("unchecked") // the elements are this list's
  public CellList<C> slice(int from, int to) {
    CellList<C> part = new CellList<>(List.of());
    for (Map.Entry<String, Object> entry : sequence.slice(from, to)) {
      part.append((C) entry.getValue());
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
  public Stream<C> stream() {
    return sequence.elements().stream();
  }

  @Override
  boolean isEmptyContainer() {
    return isEmpty();
  }

  /** The cells in order. */
  @Override
  public Iterator<C> iterator() {
    return sequence.elements().iterator();
  }

  /** Untyped callers are refused before anything is cast. */
  @Override
  void checkInput(@Nullable Object input, String which) {
    throw notCallable();
  }

  @Override
  protected Void construct(Void input) {
    throw notCallable();
  }

  private static ArgumentException notCallable() {
    return new ArgumentException(
        Messages.of("cellList: a list of cells cannot be called")
            .hint("call its elements, or use a SequentialCell")
            .text());
  }
}
