/**
 * Schedules: functions from the step number to a learning rate.
 *
 * <p>A schedule is a pure function of the step, so that a restored run continues as if it had never
 * stopped. No tensors and no optimiser state here.
 */
@NullMarked
package dev.mycel.optim.schedule;

import org.jspecify.annotations.NullMarked;
