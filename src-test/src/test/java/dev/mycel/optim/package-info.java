/** Update rules over several steps, rates, groups, and what is refused. */
package dev.mycel.optim;
