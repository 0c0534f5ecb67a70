/** The kit for tests: its assertions pass and fail as they should, and its extension in JUnit. */
package dev.mycel.junit;
