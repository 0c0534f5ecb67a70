/** Parts of the native backend that no primitive shows. */
package dev.mycel.onednn;
