package dev.mycel.core;

/** How cells run, by MindSpore's names. */
public enum Mode {
  /** Every operation runs at once as ordinary Java: eager mode, the default. */
  PYNATIVE_MODE,
  /** A cell is compiled for the shapes and types of a call and run as a whole; not there yet. */
  GRAPH_MODE
}
