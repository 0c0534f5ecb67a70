package dev.mycel.nn.amp;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import dev.mycel.core.Precision;
import dev.mycel.core.Primitive;
import dev.mycel.nn.Cell;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Set;

/**
 * Classes of cells and operations that mixed precision treats apart. Those of a white list compute
 * in the low type, and all else in float32; those of a black list compute in float32, and all else
 * in the low type. A list does not change: what adds to it gives a new one.
 *
 * <pre>{@code
 * Amp.customMixedPrecision(net, Amp.getBlackList().with(GroupNorm.class), DType.BFLOAT16);
 * }</pre>
 */
public final class AmpList {
  private final boolean white;
  private final Set<Class<?>> cells;
  private final Set<Primitive<?>> operations;

  private AmpList(boolean white, Set<Class<?>> cells, Set<Primitive<?>> operations) {
    this.white = white;
    this.cells = Collections.unmodifiableSet(cells);
    this.operations = Collections.unmodifiableSet(operations);
  }

  /** A white list of classes of cells; subclasses count too. */
  public static AmpList white(Class<?>... cells) {
    return new AmpList(true, Set.of(), Set.of()).with(cells);
  }

  /** A black list of classes of cells; subclasses count too. */
  public static AmpList black(Class<?>... cells) {
    return new AmpList(false, Set.of(), Set.of()).with(cells);
  }

  /** This list and those classes of cells. */
  public AmpList with(Class<?>... more) {
    Set<Class<?>> all = new LinkedHashSet<>(cells);
    for (Class<?> type : more) {
      all.add(checked(type));
    }
    return new AmpList(white, all, operations);
  }

  /** This list without those classes of cells. */
  public AmpList without(Class<?>... fewer) {
    Set<Class<?>> rest = new LinkedHashSet<>(cells);
    for (Class<?> type : fewer) {
      if (!rest.remove(type)) {
        throw notListed(type.getSimpleName());
      }
    }
    return new AmpList(white, rest, operations);
  }

  /** This list and those operations, such as {@code Prims.MATMUL}. */
  public AmpList with(Primitive<?>... more) {
    Set<Primitive<?>> all = new LinkedHashSet<>(operations);
    for (Primitive<?> operation : more) {
      if (!Precision.canList(operation)) {
        throw new ArgumentException(
            Messages.of("ampList: the operation " + operation + " cannot be listed by itself")
                .hint("list the cells that use it")
                .text());
      }
      all.add(operation);
    }
    return new AmpList(white, cells, all);
  }

  /** This list without those operations. */
  public AmpList without(Primitive<?>... fewer) {
    Set<Primitive<?>> rest = new LinkedHashSet<>(operations);
    for (Primitive<?> operation : fewer) {
      if (!rest.remove(operation)) {
        throw notListed(operation.name());
      }
    }
    return new AmpList(white, cells, rest);
  }

  /** Whether those on it compute in the low type; otherwise they are kept from it. */
  public boolean isWhite() {
    return white;
  }

  /** The classes of cells, in order. */
  public Set<Class<?>> cells() {
    return cells;
  }

  /** The operations, in order. */
  public Set<Primitive<?>> operations() {
    return operations;
  }

  boolean contains(Cell<?, ?> cell) {
    return cells.stream().anyMatch(type -> type.isInstance(cell));
  }

  boolean isEmpty() {
    return cells.isEmpty() && operations.isEmpty();
  }

  private static Class<?> checked(Class<?> type) {
    if (type == Cell.class) {
      throw new ArgumentException(
          Messages.of("ampList: Cell would list every cell")
              .hint("use AmpLevel.O3 for the whole network")
              .text());
    }
    if (!Cell.class.isAssignableFrom(type)) {
      throw new ArgumentException(
          Messages.of("ampList: " + type.getName() + " is no class of cells")
              .hint("name classes that extend Cell, or operations such as Prims.MATMUL")
              .text());
    }
    return type;
  }

  private ArgumentException notListed(String name) {
    return new ArgumentException(
        Messages.of("ampList: " + name + " is not on the list").line("list", this).text());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof AmpList that
        && white == that.white
        && cells.equals(that.cells)
        && operations.equals(that.operations);
  }

  @Override
  public int hashCode() {
    return Objects.hash(white, cells, operations);
  }

  /** {@code white list [Conv2d, Dense, matmul]}. */
  @Override
  public String toString() {
    Set<String> names = new LinkedHashSet<>();
    cells.forEach(type -> names.add(type.getSimpleName()));
    operations.forEach(operation -> names.add(operation.name()));
    return (white ? "white list " : "black list ") + names;
  }
}
