/** Compares the library with numbers that MindSpore and PyTorch computed. */
@NullMarked
package dev.mycel.golden;

import org.jspecify.annotations.NullMarked;
