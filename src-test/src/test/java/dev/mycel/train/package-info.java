/** Loops of models, callbacks and metrics. */
package dev.mycel.train;
