package dev.mycel.nn;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Cells by key that belong to the cell which holds it; the keys are their names. It cannot be
 * called; the cell that holds it says how its elements are used.
 *
 * @param <C> the type of the elements
 */
public final class CellDict<C extends Cell<?, ?>> extends Cell<Void, Void>
    implements Iterable<String> {
  /** An empty container. */
  public CellDict() {}

  /** The cells of the map, in its order. */
  public CellDict(Map<String, ? extends C> cells) {
    update(cells);
  }

  /** The cells of the pairs, in their order; a later pair of a key counts. */
  public CellDict(List<? extends Map.Entry<String, ? extends C>> pairs) {
    update(pairs);
  }

  /**
   * Puts a cell under a key, in the place of the one that was there.
   *
   * @param key not empty, without dots
   */
  public CellDict<C> put(String key, C cell) {
    check(key, cell);
    inserted().put(key, cell);
    return this;
  }

  private void check(String key, C cell) {
    Members.checkInsertion(this, "cellDict", key, cell);
    Object before = inserted().get(key);
    if (before != null && !(before instanceof Cell)) {
      throw Members.taken(this, "cellDict", key, "a parameter or buffer");
    }
    if (cell instanceof CellDict || cell instanceof CellList || cell instanceof SequentialCell) {
      throw new ArgumentException(
          Messages.of("cellDict: the value for '" + key + "' is a container")
              .line("value", cell.clsName())
              .hint("make the container a field of its own")
              .text());
    }
  }

  /** Puts all cells of a map, in its order, or none if one is refused. */
  public CellDict<C> update(Map<String, ? extends C> cells) {
    cells.forEach(this::check);
    inserted().putAll(cells);
    return this;
  }

  /** Puts all cells of another container, in its order. */
  public CellDict<C> update(CellDict<? extends C> cells) {
    return update(cells.elements());
  }

  /** Puts the cells of all pairs, in their order, or none if one is refused. */
  public CellDict<C> update(List<? extends Map.Entry<String, ? extends C>> pairs) {
    Map<String, C> cells = new LinkedHashMap<>();
    pairs.forEach(pair -> cells.put(pair.getKey(), pair.getValue()));
    return update(cells);
  }

  /** The cell under a key. */
  public C get(String key) {
    C cell = elements().get(key);
    if (cell == null) {
      throw missing(key);
    }
    return cell;
  }

  /** Takes a cell out and returns it. */
  public C pop(String key) {
    C cell = get(key);
    inserted().remove(key);
    return cell;
  }

  /** Takes all cells out. */
  public void clear() {
    inserted().values().removeIf(Cell.class::isInstance);
  }

  /** Whether there is a cell under that key. */
  public boolean containsKey(String key) {
    return elements().containsKey(key);
  }

  /** Whether there is no cell. */
  public boolean isEmpty() {
    return elements().isEmpty();
  }

  /** Number of cells. */
  public int size() {
    return elements().size();
  }

  /** The keys in order. */
  public Set<String> keys() {
    return elements().keySet();
  }

  /** The cells in order. */
  public Collection<C> values() {
    return elements().values();
  }

  /** Keys and cells in order. */
  public Set<Map.Entry<String, C>> items() {
    return elements().entrySet();
  }

  /** The keys in order. */
  @Override
  public Iterator<String> iterator() {
    List<String> keys = new ArrayList<>(keys());
    return keys.iterator();
  }

  @SuppressWarnings("unchecked") // only put() adds elements, and it takes C
  private Map<String, C> elements() {
    Map<String, C> copy = new LinkedHashMap<>();
    inserted()
        .forEach(
            (key, value) -> {
              if (value instanceof Cell) { // the container may have parameters and buffers too
                copy.put(key, (C) value);
              }
            });
    return Collections.unmodifiableMap(copy);
  }

  private ArgumentException missing(@Nullable String key) {
    return new ArgumentException(
        Messages.of("cellDict: there is no cell under '" + key + "'").line("keys", keys()).text());
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
        Messages.of("cellDict: a container of cells cannot be called")
            .hint("call its elements")
            .text());
  }
}
