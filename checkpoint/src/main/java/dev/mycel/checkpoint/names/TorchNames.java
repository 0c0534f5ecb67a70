package dev.mycel.checkpoint.names;

import dev.mycel.core.DType;
import dev.mycel.core.Ops;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;
import dev.mycel.nn.NamedParameter;
import dev.mycel.nn.Parameter;
import dev.mycel.nn.layer.BatchNorm;
import dev.mycel.nn.layer.Conv1d;
import dev.mycel.nn.layer.Embedding;
import dev.mycel.nn.layer.GroupNorm;
import dev.mycel.nn.layer.LayerNorm;
import dev.mycel.nn.layer.PReLU;
import dev.mycel.nn.layer.TransformerEncoderLayer;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * What PyTorch calls the parameters of a network: the path of modules, and the name that the module
 * of the cell's kind gives. Wrappers at the root that leave names alone are no modules.
 */
final class TorchNames {
  private static final Map<String, String> BATCH_NORM =
      Map.of(
          "gamma", "weight",
          "beta", "bias",
          "moving_mean", "running_mean",
          "moving_variance", "running_var");
  private static final Map<String, String> NORM = Map.of("gamma", "weight", "beta", "bias");

  /** Where one parameter stands in PyTorch's module. */
  private record Place(String name, ValueTransform transform) {}

  private final Map<Parameter, Set<Place>> places = new IdentityHashMap<>();
  private final Set<String> counters = new LinkedHashSet<>();
  private final Set<Cell<?, ?>> onPath = Collections.newSetFromMap(new IdentityHashMap<>());
  private final boolean throughWrappers;

  private TorchNames(boolean throughWrappers) {
    this.throughWrappers = throughWrappers;
  }

  static NameMap of(Cell<?, ?> net) {
    Map<String, Parameter> ours = new LinkedHashMap<>(net.parametersDict());
    TorchNames names = new TorchNames(true);
    names.walk(net, "", true);
    if (names.clash()) {
      names = new TorchNames(false);
      names.walk(net, "", false);
    }
    return names.map(ours);
  }

  private NameMap map(Map<String, Parameter> ours) {
    NameMap.Builder map = NameMap.builder();
    ours.forEach(
        (name, parameter) -> {
          List<Place> all = List.copyOf(Objects.requireNonNull(places.get(parameter)));
          ValueTransform transform = all.get(0).transform();
          if (all.size() == 1) {
            map.add(GroupRule.name(all.get(0).name(), name, transform));
          } else {
            map.add(GroupRule.tie(all.stream().map(Place::name).toList(), name, transform));
          }
        });
    Tensor none = Ops.zeros(Shape.scalar(), DType.INT64);
    counters.forEach(name -> map.dropConstant(name, none));
    return map.build();
  }

  /** Whether two parameters have one name, as those of two networks in a wrapper might. */
  private boolean clash() {
    Set<String> seen = new HashSet<>();
    return !places.values().stream().flatMap(Set::stream).allMatch(p -> seen.add(p.name()));
  }

  private void walk(Cell<?, ?> cell, String path, boolean atRoot) {
    if (!onPath.add(cell)) {
      return; // a cell within itself
    }
    for (NamedParameter own : cell.parametersAndNames(false)) {
      Place place = new Place(join(path, local(cell, own.name())), transform(cell, own.name()));
      places.computeIfAbsent(own.parameter(), p -> new LinkedHashSet<>()).add(place);
    }
    if (cell instanceof BatchNorm) {
      counters.add(join(path, "num_batches_tracked"));
    }
    boolean wrapper = throughWrappers && atRoot && !cell.autoPrefix();
    cell.nameCells()
        .forEach(
            (name, child) -> walk(child, wrapper ? path : join(path, module(cell, name)), wrapper));
    onPath.remove(cell);
  }

  private static String local(Cell<?, ?> owner, String name) {
    if (owner instanceof BatchNorm) {
      return BATCH_NORM.getOrDefault(name, name);
    }
    if (owner instanceof LayerNorm || owner instanceof GroupNorm) {
      return NORM.getOrDefault(name, name);
    }
    boolean weight =
        owner instanceof Embedding && name.equals("embedding_table")
            || owner instanceof PReLU && name.equals("w");
    return weight ? "weight" : name;
  }

  /** What PyTorch's value needs to become the cell's. */
  private static ValueTransform transform(Cell<?, ?> owner, String name) {
    boolean flat = owner instanceof Conv1d && name.equals("weight");
    return flat ? Transforms.expandDims(2) : Transforms.identity();
  }

  private static String module(Cell<?, ?> parent, String name) {
    if (parent instanceof TransformerEncoderLayer) {
      return switch (name) {
        case "dense1" -> "linear1";
        case "dense2" -> "linear2";
        default -> name;
      };
    }
    return name;
  }

  private static String join(String path, String name) {
    return path.isEmpty() ? name : path + "." + name;
  }
}
