package dev.mycel.nn;

/**
 * A cell and its structural name: the dotted path from the cell that was asked, which is {@code ""}
 * itself.
 *
 * @param name the path, for example {@code layer1.0}
 * @param cell the cell
 */
public record NamedCell(String name, Cell<?, ?> cell) {}
