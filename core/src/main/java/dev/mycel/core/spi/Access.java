package dev.mycel.core.spi;

/**
 * Which layouts of its inputs a kernel accepts; the bottom interpreter copies the others first, in
 * one place.
 */
public enum Access {
  /** Any strides: negative, zero, with gaps. */
  STRIDED,
  /** Row-major without gaps, at any offset. */
  CONTIGUOUS
}
