/**
 * The language of the library: tensors, shapes, element types, devices, and the primitive
 * operations.
 *
 * <p>What a program needs to say what it wants computed lives here. How a device computes it
 * belongs behind {@code dev.mycel.core.spi}; derivatives belong in {@code dev.mycel.autograd}. This
 * package depends on nothing but the JDK.
 */
@NullMarked
package dev.mycel.core;

import org.jspecify.annotations.NullMarked;
