/** Files that are written, read and refused. */
package dev.mycel.checkpoint;
