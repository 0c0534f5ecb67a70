/**
 * The marker of the module that brings the whole library.
 *
 * <p>An application depends on this artifact alone and gets the library with its CPU backends. The
 * package stays empty but for one marker class: code belongs in the module whose subject it is.
 */
@NullMarked
package dev.mycel.all;

import org.jspecify.annotations.NullMarked;
