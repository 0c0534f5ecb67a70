/**
 * A CPU backend on ND4J, and the bridge between tensors and {@code INDArray}.
 *
 * <p>What calls ND4J belongs here: kernels over its native operations, memory that both sides see,
 * and conversions of arrays, data sets and parameter maps.
 */
@NullMarked
package dev.mycel.nd4j;

import org.jspecify.annotations.NullMarked;
