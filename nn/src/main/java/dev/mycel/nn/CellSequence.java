package dev.mycel.nn;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The list operations of containers over a cell's inserted children. Elements that were given no
 * key are named by their index, and renamed when the index changes; keys of the user's stay.
 */
final class CellSequence<C extends Cell<?, ?>> {
  private final Cell<?, ?> owner;

  CellSequence(Cell<?, ?> owner) {
    this.owner = owner;
  }

  Cell<?, ?> owner() {
    return owner;
  }

  int size() {
    return entries().size();
  }

  /** The elements in order, as a list of its own. */
  @SuppressWarnings("unchecked") // only this class puts elements in, and it puts in C
  List<C> elements() {
    List<C> elements = new ArrayList<>();
    for (Object member : owner.inserted().values()) {
      if (member instanceof Cell) {
        elements.add((C) member);
      }
    }
    return elements;
  }

  C get(int index) {
    return elements().get(place(index, size()));
  }

  void set(int index, C cell) {
    int at = place(index, size());
    require(cell);
    String key = entries().get(at).getKey();
    owner.inserted().put(key, cell);
  }

  void insert(int index, C cell) {
    require(cell);
    int n = size();
    if (index < -n || index > n) {
      throw outOfRange(index, n);
    }
    List<Map.Entry<String, Object>> entries = entries();
    entries.add(index < 0 ? index + n : index, Map.entry("0", cell));
    rebuild(entries);
  }

  /** Adds all at the end, or none if one is refused. */
  void extend(List<? extends C> cells) {
    cells.forEach(this::require);
    List<Map.Entry<String, Object>> entries = entries();
    cells.forEach(cell -> entries.add(Map.entry("0", cell)));
    rebuild(entries);
  }

  void put(String key, C cell) {
    require(cell);
    Members.checkInsertion(owner, owner.clsName(), key, cell);
    if (owner.inserted().containsKey(key)) {
      throw Members.taken(owner, owner.clsName(), key, "another member");
    }
    owner.inserted().put(key, cell);
  }

  C remove(int index) {
    int at = place(index, size());
    C removed = elements().get(at);
    List<Map.Entry<String, Object>> entries = entries();
    entries.remove(at);
    rebuild(entries);
    return removed;
  }

  /** Takes the cells from one place up to another out; negative places count from the end. */
  void remove(int from, int to) {
    List<Map.Entry<String, Object>> entries = entries();
    entries.subList(start(from), end(from, to)).clear();
    rebuild(entries);
  }

  void clear() {
    owner.inserted().values().removeIf(Cell.class::isInstance);
  }

  /** The entries from one index up to another, which is left out; negative ones from the end. */
  List<Map.Entry<String, Object>> slice(int from, int to) {
    return entries().subList(start(from), end(from, to));
  }

  private int start(int from) {
    int n = size();
    return Math.max(0, Math.min(n, from < 0 ? from + n : from));
  }

  private int end(int from, int to) {
    int n = size();
    return Math.max(start(from), Math.min(n, to < 0 ? to + n : to));
  }

  /** The elements with their keys; parameters and buffers of the container are none. */
  private List<Map.Entry<String, Object>> entries() {
    Map<String, Object> cells = new LinkedHashMap<>(owner.inserted());
    cells.values().removeIf(member -> !(member instanceof Cell));
    return new ArrayList<>(cells.entrySet());
  }

  private void rebuild(List<Map.Entry<String, Object>> entries) {
    Map<String, Object> renamed = new LinkedHashMap<>(owner.inserted());
    renamed.values().removeIf(Cell.class::isInstance);
    for (int i = 0; i < entries.size(); i++) {
      String key = entries.get(i).getKey();
      boolean byIndex = key.chars().allMatch(Character::isDigit);
      Object clash = renamed.put(byIndex ? String.valueOf(i) : key, entries.get(i).getValue());
      if (clash != null) {
        throw Members.taken(owner, owner.clsName(), key, "another member");
      }
    }
    owner.inserted().clear();
    owner.inserted().putAll(renamed);
  }

  private void require(C cell) {
    if (cell == null) {
      throw new ArgumentException(
          Messages.of(owner.clsName() + ": an element is null")
              .hint("leave out what is not there")
              .text());
    }
    if (cell == owner) {
      throw new ArgumentException(owner.clsName() + ": a container cannot hold itself");
    }
  }

  private int place(int index, int n) {
    if (index < -n || index >= n) {
      throw outOfRange(index, n);
    }
    return index < 0 ? index + n : index;
  }

  private ArgumentException outOfRange(int index, int n) {
    return new ArgumentException(
        Messages.of(owner.clsName() + ": there is no place " + index)
            .hint("it holds " + n + " cells; negative places count from the end")
            .text());
  }
}
