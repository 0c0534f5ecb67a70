/**
 * Training and evaluating a model over batches, with callbacks.
 *
 * <p>What drives steps that exist already belongs here: loops, what may hook into them, and what
 * they report. What computes belongs to {@code nn} and {@code optim}, what is measured to {@code
 * metrics}.
 */
@NullMarked
package dev.mycel.train;

import org.jspecify.annotations.NullMarked;
