package dev.mycel.core;

/** Decompositions of the optimizer steps; the formulas are MindSpore's. */
final class Updates {
  private Updates() {}

  /**
   * {@code a = first ? g : m a + (1 - d) g}; then {@code w -= r (g + m a)} with Nesterov, else
   * {@code w -= r a}; without momentum {@code w -= r g}.
   */
  static Tensor[] sgd(Attrs.Sgd s, Tensor[] in) {
    Tensor w = in[0];
    Tensor g = decayed(s.weightDecay(), w, in[2]);
    Tensor rate = in[3];
    if (s.momentum() == 0) {
      return new Tensor[] {w.sub(g.mul(rate)), in[1].copy()};
    }
    Tensor first = in[4].gt(0);
    Tensor running = in[1].mul(s.momentum()).add(g.mul(1 - s.dampening()));
    Tensor a = Ops.where(first, g, running);
    Tensor step = s.nesterov() ? g.add(a.mul(s.momentum())) : a;
    return new Tensor[] {w.sub(step.mul(rate)), a};
  }

  /** {@code v = m v + g; w -= r v}, or {@code w -= r (g + m v)} with Nesterov. */
  static Tensor[] momentum(Attrs.Momentum m, Tensor[] in) {
    Tensor w = in[0];
    Tensor g = decayed(m.weightDecay(), w, in[2]);
    Tensor v = in[1].mul(m.momentum()).add(g);
    Tensor step = m.nesterov() ? g.add(v.mul(m.momentum())) : v;
    return new Tensor[] {w.sub(step.mul(in[3])), v};
  }

  /**
   * {@code m += (1-b1)(g-m); v += (1-b2)(g^2-v); w -= r m / (sqrt(v) + eps)}; Nesterov uses {@code
   * b1 m + (1-b1) g}.
   */
  static Tensor[] adam(Attrs.Adam a, Tensor[] in) {
    Tensor w = in[0];
    Tensor g = decayed(a.weightDecay(), w, in[3]);
    Tensor m = in[1].add(g.sub(in[1]).mul(1 - a.beta1()));
    Tensor v = in[2].add(g.square().sub(in[2]).mul(1 - a.beta2()));
    Tensor numerator = a.nesterov() ? m.mul(a.beta1()).add(g.mul(1 - a.beta1())) : m;
    Tensor step = numerator.div(v.sqrt().add(a.epsilon()));
    return new Tensor[] {w.sub(step.mul(in[4])), m, v};
  }

  /** {@code w -= r (m / (sqrt(v) + eps) + wd w)}. */
  static Tensor[] adamWeightDecay(Attrs.Adam a, Tensor[] in) {
    Tensor w = in[0];
    Tensor g = in[3];
    Tensor m = in[1].add(g.sub(in[1]).mul(1 - a.beta1()));
    Tensor v = in[2].add(g.square().sub(in[2]).mul(1 - a.beta2()));
    Tensor step = m.div(v.sqrt().add(a.epsilon())).add(w.mul(a.weightDecay()));
    return new Tensor[] {w.sub(step.mul(in[4])), m, v};
  }

  private static Tensor decayed(double weightDecay, Tensor w, Tensor g) {
    return weightDecay == 0 ? g : g.add(w.mul(weightDecay));
  }
}
