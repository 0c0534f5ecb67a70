/** What gradients come back, in which form, and what is refused. */
package dev.mycel.autograd;
