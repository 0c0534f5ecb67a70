/**
 * Saving and restoring models and optimiser states.
 *
 * <p>The file format and the mapping between trees of tensors and tagged values live here. The
 * message classes are generated from {@code src/main/proto} at build time and must not appear in a
 * public signature.
 */
@NullMarked
package dev.mycel.checkpoint;

import org.jspecify.annotations.NullMarked;
