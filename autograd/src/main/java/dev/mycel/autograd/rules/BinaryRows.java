package dev.mycel.autograd.rules;

import static dev.mycel.autograd.rules.Bind.op;
import static dev.mycel.autograd.rules.Bind.select;
import static dev.mycel.autograd.rules.Bind.zeros;

import dev.mycel.autograd.Needs;
import dev.mycel.autograd.Saved;
import dev.mycel.autograd.VjpTable;
import dev.mycel.core.None;
import dev.mycel.core.Primitive;
import dev.mycel.core.Prims;
import dev.mycel.core.Tensor;

/** Rows of functions of two tensors, and of the choice between two. */
final class BinaryRows {
  private BinaryRows() {}

  static void register(VjpTable t) {
    t.wrt(0, Prims.ADD, Needs.nothing(), (s, g) -> g);
    t.wrt(1, Prims.ADD, Needs.nothing(), (s, g) -> g);
    t.wrt(0, Prims.SUB, Needs.nothing(), (s, g) -> g);
    t.wrt(1, Prims.SUB, Needs.nothing(), (s, g) -> g.neg());
    t.wrt(0, Prims.MUL, Needs.inputs(1), (s, g) -> g.mul(s.in(1)));
    t.wrt(1, Prims.MUL, Needs.inputs(0), (s, g) -> g.mul(s.in(0)));
    t.wrt(0, Prims.DIV, Needs.inputs(1), (s, g) -> g.div(s.in(1)));
    t.wrt(
        1,
        Prims.DIV,
        Needs.inputs(1).and(Needs.outputs(0)),
        (s, g) -> g.mul(s.out()).div(s.in(1)).neg());
    t.wrt(0, Prims.POW, Needs.inputs(0, 1), BinaryRows::powBase);
    t.wrt(1, Prims.POW, Needs.inputs(0, 1).and(Needs.outputs(0)), BinaryRows::powExponent);
    t.wrt(0, Prims.FLOOR_MOD, Needs.nothing(), (s, g) -> g);
    t.wrt(
        1,
        Prims.FLOOR_MOD,
        Needs.inputs(0, 1),
        (s, g) -> g.mul(op(Prims.FLOOR, s.in(0).div(s.in(1)))).neg());
    t.wrt(0, Prims.FMOD, Needs.nothing(), (s, g) -> g);
    t.wrt(
        1,
        Prims.FMOD,
        Needs.inputs(0, 1),
        (s, g) -> g.mul(op(Prims.TRUNC, s.in(0).div(s.in(1)))).neg());
    extreme(t, Prims.MAX, Prims.GT);
    extreme(t, Prims.MIN, Prims.LT);
    t.wrt(0, Prims.ATAN2, Needs.inputs(0, 1), (s, g) -> g.mul(s.in(1)).div(radius(s)));
    t.wrt(1, Prims.ATAN2, Needs.inputs(0, 1), (s, g) -> g.mul(s.in(0)).div(radius(s)).neg());
    t.wrt(1, Prims.SELECT, Needs.inputs(0), (s, g) -> select(s.in(0), g, zeros(g.type())));
    t.wrt(2, Prims.SELECT, Needs.inputs(0), (s, g) -> select(s.in(0), zeros(g.type()), g));
    t.flat(
        Prims.EQ,
        Prims.NE,
        Prims.LT,
        Prims.LE,
        Prims.GT,
        Prims.GE,
        Prims.AND,
        Prims.OR,
        Prims.XOR,
        Prims.SHIFT_LEFT,
        Prims.SHIFT_RIGHT,
        Prims.FLOOR_DIV);
  }

  private static Tensor radius(Saved<None> s) {
    return s.in(0).square().add(s.in(1).square());
  }

  /** {@code y x^(y-1)}, and 0 where y is 0 whatever x is. */
  private static Tensor powBase(Saved<None> s, Tensor g) {
    Tensor x = s.in(0);
    Tensor y = s.in(1);
    Tensor flat = y.eq(0);
    // The exponent of the branch that is not taken must not make a NaN: 0 times infinity.
    Tensor exponent = select(flat, zeros(y.type()), y.sub(1));
    return select(flat, zeros(g.type()), g.mul(y).mul(op(Prims.POW, x, exponent)));
  }

  /** {@code x^y log x}, and 0 where x is 0 and y is not negative. */
  private static Tensor powExponent(Saved<None> s, Tensor g) {
    Tensor x = s.in(0);
    Tensor zero = op(Prims.AND, x.eq(0), s.in(1).ge(0));
    Tensor safe = select(zero, Bind.constant(1, x.type()), x);
    return select(zero, zeros(g.type()), g.mul(s.out()).mul(safe.log()));
  }

  /** The gradient goes to the chosen one, and in halves to both when they are equal. */
  private static void extreme(VjpTable t, Primitive<None> p, Primitive<None> wins) {
    t.wrt(0, p, Needs.inputs(0, 1), (s, g) -> share(s.in(0), s.in(1), g, wins));
    t.wrt(1, p, Needs.inputs(0, 1), (s, g) -> share(s.in(1), s.in(0), g, wins));
  }

  private static Tensor share(Tensor mine, Tensor other, Tensor g, Primitive<None> wins) {
    Tensor tied = op(Prims.EQ, mine, other);
    Tensor won = op(Prims.OR, op(wins, mine, other), op(Prims.NE, mine, mine));
    return select(tied, g.mul(0.5), select(won, g, zeros(g.type())));
  }
}
