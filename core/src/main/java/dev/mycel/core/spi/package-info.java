/**
 * What a backend implements: storage, kernels and the provider by which they are found.
 *
 * <p>Interfaces and small value classes only, seen by backend authors and hidden from applications.
 * Nothing here may know a particular device or library, and nothing may keep state between calls.
 */
@NullMarked
package dev.mycel.core.spi;

import org.jspecify.annotations.NullMarked;
