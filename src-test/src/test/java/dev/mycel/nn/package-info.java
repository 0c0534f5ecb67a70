/** Tests of cells, parameters, layers, losses and initialisers. */
@NullMarked
package dev.mycel.nn;

import org.jspecify.annotations.NullMarked;
