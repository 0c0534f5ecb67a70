/** Inference with a network that another framework trained. */
@org.jspecify.annotations.NullMarked
package dev.mycel.examples.inference;
