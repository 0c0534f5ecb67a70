/**
 * What an evaluation measures: accuracies, errors, confusion.
 *
 * <p>A class that takes predictions and labels batch by batch and sums them up belongs here.
 * Metrics compute on the host in double: they see each prediction once and are no part of a
 * gradient.
 */
@NullMarked
package dev.mycel.train.metrics;

import org.jspecify.annotations.NullMarked;
