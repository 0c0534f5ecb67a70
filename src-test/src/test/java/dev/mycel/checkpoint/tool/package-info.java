/** Tests of the command line tool. */
package dev.mycel.checkpoint.tool;
