package dev.mycel.core;

/**
 * Three values, most often tensors.
 *
 * @param first the first
 * @param second the second
 * @param third the third
 */
public record Triple<A, B, C>(A first, B second, C third) {}
