/**
 * Bad input: every mistake gets a message that says what was given, what was expected and what to
 * do.
 */
@org.jspecify.annotations.NullMarked
package dev.mycel.misuse;
