package dev.mycel.core;

/**
 * Two values, most often tensors.
 *
 * @param first the first
 * @param second the second
 */
public record Pair<A, B>(A first, B second) {}
