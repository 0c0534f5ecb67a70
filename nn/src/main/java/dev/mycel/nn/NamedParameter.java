package dev.mycel.nn;

/**
 * A parameter and its structural name: the dotted path from the cell that was asked.
 *
 * @param name the path, for example {@code layer1.0.weight}
 * @param parameter the parameter
 */
public record NamedParameter(String name, Parameter parameter) {}
