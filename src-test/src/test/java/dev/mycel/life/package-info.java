/** Whole programs: training loops, memory over many steps, several threads. */
@org.jspecify.annotations.NullMarked
package dev.mycel.life;
