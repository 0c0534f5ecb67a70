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
    boolean attends = c.has("call") && lengths == null;
    if (!attends) {
      given.finish();
    }
    requireSameMeaning(c);
    boolean loss = c.kind().equals("loss");
    Supplier<Module> fresh =
        () -> {
          Module m = loss ? LossCells.make(c.args()) : Layers.make(c.args());
          setParameters(m, c);
          m.cell().setTrain(c.training());
          return lengths != null ? m.with(lengths) : attends ? m.with(given) : m;
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

  /** Where the two frameworks mean different things by an argument, the layer means MindSpore's. */
  private static void requireSameMeaning(GoldenCase c) {
    boolean padsOutput = c.has("args") && c.object("args").has("output_padding");
    if (padsOutput && c.origin().equals("pytorch")) {
      throw new Unsupported(c.name() + ": output_padding as PyTorch means it");
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
