package dev.mycel.nn;

/**
 * A buffer and its structural name: the dotted path from the cell that was asked.
 *
 * @param name the path, for example {@code layer1.0.mask}
 * @param buffer the buffer
 */
public record NamedBuffer(String name, Buffer buffer) {}
