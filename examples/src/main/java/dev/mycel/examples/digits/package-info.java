/** Handwritten digits: data, network, training, and a drawing of what was recognised. */
@org.jspecify.annotations.NullMarked
package dev.mycel.examples.digits;
