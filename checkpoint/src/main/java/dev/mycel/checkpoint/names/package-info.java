/**
 * From the names of one framework's parameters to those of another: maps of names and the changes
 * of values that go with them. Nothing here reads a checkpoint or changes a network.
 */
@NullMarked
package dev.mycel.checkpoint.names;

import org.jspecify.annotations.NullMarked;
