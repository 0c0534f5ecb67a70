package dev.mycel.golden;

import dev.mycel.core.Tensor;
import dev.mycel.nn.NamedParameter;
import dev.mycel.nn.Parameter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/** Runs cases of the kinds layer and loss. */
final class CellCases {
  private CellCases() {}

  static void run(GoldenCase c, Comparison cmp) {
    Args given = c.args("call");
    Tensor lengths = given.tensor("seq_length");
    given.finish();
    boolean loss = c.kind().equals("loss");
    Supplier<Module> fresh =
        () -> {
          Module m = loss ? LossCells.make(c.args()) : Layers.make(c.args());
          setParameters(m, c);
          m.cell().setTrain(c.training());
          return lengths == null ? m : m.with(lengths);
        };
    // A call may change moving statistics: each question gets a module of its own.
    Derivation derivation = new Derivation(c);
    derivation.compare(fresh.get().call(), cmp);
    Module other = fresh.get();
    derivation.compareWeights(other.call(), byName(other), cmp);
    if (c.has("params_after")) {
      Module called = fresh.get();
      called.call().apply(derivation.inputs());
      Map<String, Parameter> byName = byName(called);
      c.arraysByName("params_after")
          .forEach((name, right) -> cmp.check(name + " after", byName.get(name).value(), right));
    }
  }

  /** The parameters by structural name. */
  static Map<String, Parameter> byName(Module m) {
    Map<String, Parameter> byName = new LinkedHashMap<>();
    for (NamedParameter named : m.cell().parametersAndNames()) {
      byName.put(named.name(), named.parameter());
    }
    return byName;
  }

  private static void setParameters(Module m, GoldenCase c) {
    Map<String, Parameter> byName = byName(m);
    c.arraysByName("params")
        .forEach(
            (name, value) -> {
              Parameter p = byName.get(name);
              if (p == null) {
                throw new IllegalStateException(
                    m.cell().clsName() + " has no parameter " + name + ", only " + byName.keySet());
              }
              p.setData(value.toTensor());
            });
  }
}
