/**
 * Losses: functions from predictions and targets to a scalar.
 *
 * <p>Losses are plain functions without parameters. Metrics that are not differentiated, and
 * anything that remembers earlier batches, do not belong here.
 */
@NullMarked
package dev.mycel.nn.loss;

import org.jspecify.annotations.NullMarked;
