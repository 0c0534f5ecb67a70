package dev.mycel.checkpoint.names;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import dev.mycel.core.Ops;
import dev.mycel.core.Shape;
import dev.mycel.nn.Cell;
import dev.mycel.nn.NamedCell;
import dev.mycel.nn.NamedParameter;
import dev.mycel.nn.Parameter;
import dev.mycel.nn.layer.BatchNorm;
import dev.mycel.nn.layer.Conv1d;
import dev.mycel.nn.layer.Conv2dTranspose;
import dev.mycel.nn.layer.Convolution;
import dev.mycel.nn.layer.Dense;
import dev.mycel.nn.layer.Embedding;
import dev.mycel.nn.layer.EmbeddingExt;
import dev.mycel.nn.layer.LSTM;
import dev.mycel.nn.layer.Linear;
import dev.mycel.nn.layer.PReLU;
import dev.mycel.nn.layer.RNN;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * What DL4J calls the parameters of a network, and how it lays them out. A name is that of a layer,
 * an underscore, and what the kind of layer calls the parameter.
 */
final class Dl4jNames {
  /**
   * DL4J's blocks are candidate, forget, output, input gate; ours input, forget, candidate, output.
   */
  private static final int[] GATES = {3, 1, 0, 2};

  private static final String LOG_DEVIATION = "log10stdev";

  /** What the parameters of one of DL4J's layers become. */
  private final class Layer {
    private final Map<String, Parameter> own;
    private final String name;
    private final Set<String> kinds;

    Layer(Map<String, Parameter> own, String name, Set<String> kinds) {
      this.own = own;
      this.name = name;
      this.kinds = kinds;
    }

    void add(String kind, String local, ValueTransform transform) {
      Parameter parameter = own.get(local);
      if (parameter != null) {
        map.name(name + "_" + kind, fullName(parameter), transform);
      }
    }

    private String fullName(Parameter parameter) {
      return Objects.requireNonNull(ours.get(parameter));
    }

    void weightAndBias(String weight, ValueTransform transform) {
      add("W", weight, transform);
      add("b", "bias", flat());
    }

    void batchNorm() {
      add("gamma", "gamma", flat());
      add("beta", "beta", flat());
      add("mean", "moving_mean", flat());
      if (kinds.contains(LOG_DEVIATION)) {
        add(LOG_DEVIATION, "moving_variance", flat().then(squaredPowerOfTen()));
      } else {
        add("var", "moving_variance", flat());
      }
    }

    /** Both directions of a layer: names of the wrapper Bidirectional begin with f and b. */
    void recurrent(String end, UnaryOperator<ValueTransform> gates) {
      boolean both = own.containsKey("weight_ih" + end + "_reverse");
      direction(both ? "f" : "", end, gates);
      if (both) {
        direction("b", end + "_reverse", gates);
      }
    }

    private void direction(String side, String end, UnaryOperator<ValueTransform> gates) {
      add(side + "W", "weight_ih" + end, gates.apply(Transforms.transpose()));
      add(side + "RW", "weight_hh" + end, gates.apply(Transforms.transpose()));
      add(side + "b", "bias_ih" + end, gates.apply(flat()));
      Parameter second = own.get("bias_hh" + end);
      if (second != null) {
        map.constant(fullName(second), Ops.zeros(second.shape(), second.dtype()));
      }
    }
  }

  private final Map<Parameter, String> ours = new IdentityHashMap<>();
  private final Cell<?, ?> net;
  private final Map<String, Set<String>> layers = new LinkedHashMap<>();
  private final NameMap.Builder map = NameMap.builder();

  private Dl4jNames(Cell<?, ?> net, Collection<String> names) {
    this.net = net;
    net.parametersDict().forEach((name, parameter) -> ours.putIfAbsent(parameter, name));
    for (String name : sorted(names)) {
      layers.computeIfAbsent(layer(name), n -> new LinkedHashSet<>()).add(kind(name));
    }
  }

  static NameMap of(Cell<?, ?> net, Collection<String> names) {
    Dl4jNames all = new Dl4jNames(net, names);
    all.walk();
    return all.map.build();
  }

  // ---- names ------------------------------------------------------------------------------------

  private static String layer(String name) {
    return name.substring(0, Math.max(0, name.lastIndexOf('_')));
  }

  private static String kind(String name) {
    return name.substring(name.lastIndexOf('_') + 1);
  }

  /** By the numbers of their layers, if all have one; what names no layer is left out. */
  private static List<String> sorted(Collection<String> names) {
    List<String> all = new ArrayList<>(names);
    all.removeIf(name -> layer(name).isEmpty());
    if (all.stream().allMatch(name -> layer(name).matches("\\d{1,9}"))) {
      all.sort(Comparator.comparingInt(name -> Integer.parseInt(layer(name))));
    }
    return all;
  }

  // ---- cells ------------------------------------------------------------------------------------

  private void walk() {
    List<String> left = new ArrayList<>(layers.keySet());
    Set<Parameter> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    for (NamedCell cell : net.cellsAndNames()) {
      Map<String, Parameter> own = new LinkedHashMap<>();
      for (NamedParameter p : cell.cell().parametersAndNames(false)) {
        if (seen.add(p.parameter())) {
          own.put(p.name(), p.parameter());
        }
      }
      int count = own.isEmpty() ? 0 : stacked(own);
      for (int k = 0; k < count && !left.isEmpty(); k++) {
        String name = left.remove(0);
        add(cell, k, new Layer(own, name, Objects.requireNonNull(layers.get(name))));
      }
    }
  }

  /** How many of DL4J's layers a cell is: recurrent ones may be several over each other. */
  private static int stacked(Map<String, Parameter> own) {
    int count = 0;
    while (own.containsKey("weight_ih_l" + count)) {
      count++;
    }
    return Math.max(1, count);
  }

  private static void add(NamedCell named, int k, Layer layer) {
    Cell<?, ?> cell = named.cell();
    if (cell instanceof Dense || cell instanceof Linear) {
      layer.weightAndBias("weight", Transforms.transpose());
    } else if (cell instanceof Conv1d) {
      // DL4J announces [out, in, k, 1], but 1.0.0-M2.1 has the elements of [k, in, out] in it, and
      // earlier versions have others: only who knows the version can say.
      layer.add("b", "bias", flat());
    } else if (cell instanceof Convolution
        || cell instanceof Conv2dTranspose
        || cell instanceof EmbeddingExt) {
      layer.weightAndBias("weight", Transforms.identity());
    } else if (cell instanceof Embedding) {
      layer.weightAndBias("embedding_table", Transforms.identity());
    } else if (cell instanceof BatchNorm) {
      layer.batchNorm();
    } else if (cell instanceof PReLU) {
      layer.weightAndBias("w", flat());
    } else if (cell instanceof RNN) {
      layer.recurrent("_l" + k, rows -> rows);
    } else if (cell instanceof LSTM) {
      layer.recurrent("_l" + k, rows -> rows.then(Transforms.reorder(0, GATES)));
    } else {
      throw new ArgumentException(
          Messages.of("nameMap: DL4J has no layer like " + cell.clsName())
              .line("cell      ", named.name().isEmpty() ? "the network itself" : named.name())
              .line("next layer", layer.name)
              .hint("map its parameters by rules of your own, and the rest cell by cell")
              .text());
    }
  }

  // ---- values -----------------------------------------------------------------------------------

  /** A row [1, n], as older versions have, or a vector becomes a vector. */
  private static ValueTransform flat() {
    UnaryOperator<Shape> shape =
        s -> {
          long longest = 1;
          for (long d : s.dims()) {
            longest = Math.max(longest, d);
          }
          if (s.rank() == 0 || s.size() != longest) {
            throw new ArgumentException("flat: " + s + " is no vector");
          }
          return Shape.of(s.size());
        };
    return Transforms.single("flat", shape, t -> t.reshape(t.shape().size()), () -> flat());
  }

  /** The variance of a deviation that is stored as its logarithm to base 10. */
  private static ValueTransform squaredPowerOfTen() {
    double factor = 2 * Math.log(10);
    return Transforms.single(
        "10^(2 x)",
        s -> s,
        t -> t.mul(factor).exp(),
        () ->
            Transforms.single(
                "log10(x)/2", s -> s, t -> t.log().div(factor), Dl4jNames::squaredPowerOfTen));
  }
}
