/**
 * The layers that come with the library.
 *
 * <p>Each layer is written with public operations of {@code dev.mycel.core}, as a user would write
 * his own. A layer that needs a new kernel needs a new primitive first.
 */
@NullMarked
package dev.mycel.nn.layer;

import org.jspecify.annotations.NullMarked;
