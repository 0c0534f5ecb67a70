package dev.mycel.autograd.rules;

import dev.mycel.autograd.Needs;
import dev.mycel.autograd.VjpTable;
import dev.mycel.core.Attrs;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Prims;

/** Rows of gathering and its inverse, and the sources, which have no inputs to differentiate. */
final class IndexingRows {
  private IndexingRows() {}

  static void register(VjpTable t) {
    t.wrt(
        0,
        Prims.TAKE,
        Needs.inputs(1),
        (s, g) ->
            Interpreters.bind(
                Prims.TAKE_ADD,
                new Attrs.AxisSize(s.attrs().axis(), s.inputType(0).shape().dim(s.attrs().axis())),
                g,
                s.in(1)));
    t.wrt(
        0,
        Prims.TAKE_ADD,
        Needs.inputs(1),
        (s, g) -> Interpreters.bind(Prims.TAKE, new Attrs.Axis(s.attrs().axis()), g, s.in(1)));
    t.wrt(
        0,
        Prims.TAKE_ALONG,
        Needs.inputs(1),
        (s, g) ->
            Interpreters.bind(
                Prims.PUT_ALONG_ADD,
                new Attrs.AxisSize(s.attrs().axis(), s.inputType(0).shape().dim(s.attrs().axis())),
                g,
                s.in(1)));
    t.wrt(
        0,
        Prims.PUT_ALONG_ADD,
        Needs.inputs(1),
        (s, g) ->
            Interpreters.bind(Prims.TAKE_ALONG, new Attrs.Axis(s.attrs().axis()), g, s.in(1)));
    t.flat(Prims.FULL, Prims.IOTA, Prims.RANDOM_BITS, Prims.RANDOM_UNIFORM, Prims.RANDOM_NORMAL);
    t.flat(Prims.RANDOM_SAMPLE);
  }
}
