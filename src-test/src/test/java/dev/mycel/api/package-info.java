/** The library as its users write it. */
package dev.mycel.api;
