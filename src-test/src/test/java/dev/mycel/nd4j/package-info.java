/** The bridge between tensors and ND4J's arrays: values, ownership, refusals. */
package dev.mycel.nd4j;
