/**
 * Mycel in tests: assertions, and the extension that seeds, restores and looks for leaks.
 *
 * <p>What a test of a network asks for belongs here, and nothing that a program would call. Failed
 * assertions are {@link AssertionError}s.
 */
@NullMarked
package dev.mycel.junit;

import org.jspecify.annotations.NullMarked;
