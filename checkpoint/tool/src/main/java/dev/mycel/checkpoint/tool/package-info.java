/** Looks into checkpoints, converts, compares and verifies them on the command line. */
@NullMarked
package dev.mycel.checkpoint.tool;

import org.jspecify.annotations.NullMarked;
