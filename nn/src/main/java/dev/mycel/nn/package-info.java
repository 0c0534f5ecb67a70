/**
 * The model abstractions: what a layer is, how parameters are held, named and walked.
 *
 * <p>Only what all layers share lives here. Concrete layers are in {@code dev.mycel.nn.layer},
 * losses in {@code dev.mycel.nn.loss}, initial values in {@code dev.mycel.nn.init}. Nothing here
 * updates parameters; that is the work of {@code dev.mycel.optim}.
 */
@NullMarked
package dev.mycel.nn;

import org.jspecify.annotations.NullMarked;
