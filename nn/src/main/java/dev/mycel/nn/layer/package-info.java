/**
 * The layers that come with the library.
 *
 * <p>Each layer is written with public operations of {@code dev.mycel.core}, as a user would write
 * his own. A layer that needs a new kernel needs a new primitive first.
 *
 * <p>Recurrent layers take a {@link dev.mycel.nn.layer.SequenceInput}; {@code call(x)}, {@code
 * call(x, hx)} and {@code call(x, hx, seqLength)} make one.
 */
@NullMarked
package dev.mycel.nn.layer;

import org.jspecify.annotations.NullMarked;
