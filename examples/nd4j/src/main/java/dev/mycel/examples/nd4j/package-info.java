/** A program that trains on what an ND4J pipeline delivers. */
@NullMarked
package dev.mycel.examples.nd4j;

import org.jspecify.annotations.NullMarked;
