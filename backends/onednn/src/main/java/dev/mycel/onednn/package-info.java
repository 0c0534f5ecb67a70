/**
 * The CPU backend on oneDNN.
 *
 * <p>Kernels that hand their work to the native library, and the care of its memory. Primitives
 * that oneDNN lacks fall back to the host; types of the native binding must not leave this package.
 */
@NullMarked
package dev.mycel.onednn;

import org.jspecify.annotations.NullMarked;
