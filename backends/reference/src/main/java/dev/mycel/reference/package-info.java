/**
 * The reference backend: every primitive in plain, obvious Java.
 *
 * <p>It defines what the right answer is, so clarity goes before speed: no native code, no threads,
 * no clever memory layouts. A fast kernel belongs in another backend.
 */
@NullMarked
package dev.mycel.reference;

import org.jspecify.annotations.NullMarked;
