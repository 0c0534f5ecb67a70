package dev.mycel.train;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.DType;
import dev.mycel.core.Generator;
import dev.mycel.core.Random;
import dev.mycel.core.RandomState;
import dev.mycel.core.Scope;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import dev.mycel.core.Variable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

/**
 * Where all random numbers stand at a moment.
 *
 * @param random the seeds of operations
 * @param generators seed and offset of generators by name
 */
record RandomSnapshot(RandomState random, Map<String, long[]> generators) {
  private static final String SEED = "random.seed";
  private static final String SEQUENCE = "random.sequence.";
  private static final String GENERATOR = "random.generator.";

  static RandomSnapshot take(Map<String, Generator> generators) {
    Map<String, long[]> states = new LinkedHashMap<>();
    try (Scope scope = Scope.open()) {
      generators.forEach((name, g) -> states.put(name, g.getState().toLongArray()));
    }
    return new RandomSnapshot(Random.getState(), states);
  }

  /** Puts all back; the generators are those of the snapshot by name. */
  void putBack(Map<String, Generator> into) {
    try (Scope scope = Scope.open()) {
      generators.forEach(
          (name, state) -> {
            Generator g = into.get(name);
            if (g != null) {
              g.setState(Tensor.of(state, 2));
            }
          });
    }
    Random.setState(random);
  }

  void write(String beginning, Map<String, Object> out) {
    random.globalSeed().ifPresent(seed -> StateEntries.write(out, beginning + SEED, seed));
    for (RandomState.Sequence s : random.sequences()) {
      StateEntries.write(out, beginning + SEQUENCE + s.seed() + "." + s.op(), s.draws());
    }
    generators.forEach(
        (name, state) ->
            StateEntries.write(
                out, beginning + GENERATOR + name, new Variable(Tensor.of(state, 2))));
  }

  /** The snapshot of a file, which must have just the generators of those names. */
  static RandomSnapshot read(String beginning, StateEntries in, Set<String> names) {
    OptionalLong seed =
        in.has(beginning + SEED)
            ? OptionalLong.of(in.takeCount(beginning + SEED))
            : OptionalLong.empty();
    List<RandomState.Sequence> sequences = new ArrayList<>();
    in.takeAll(beginning + SEQUENCE)
        .forEach((rest, draws) -> sequences.add(sequence(in, beginning, rest, draws)));
    Map<String, long[]> states = new LinkedHashMap<>();
    in.takeAll(beginning + GENERATOR)
        .forEach(
            (name, state) -> states.put(name, generator(in, beginning + GENERATOR + name, state)));
    if (!states.keySet().equals(names)) {
      throw in.refusal("the state has other generators than are here; nothing was restored")
          .line("in the file", String.join(" ", new TreeSet<>(states.keySet())))
          .line("here       ", String.join(" ", new TreeSet<>(names)))
          .hint("name the generators as they were when the state was saved: generator(name, g)")
          .asException();
    }
    return new RandomSnapshot(random(in, beginning, seed, sequences), states);
  }

  private static RandomState random(
      StateEntries in, String beginning, OptionalLong seed, List<RandomState.Sequence> sequences) {
    try {
      return new RandomState(seed, sequences);
    } catch (ArgumentException e) {
      throw in.damaged(beginning + SEQUENCE, "is refused: " + e.getMessage());
    }
  }

  private static RandomState.Sequence sequence(
      StateEntries in, String beginning, String rest, Object draws) {
    int dot = rest.indexOf('.');
    if (dot > 0 && draws instanceof Long count && count >= 0) {
      try {
        return new RandomState.Sequence(
            rest.substring(dot + 1), Long.parseUnsignedLong(rest.substring(0, dot)), count);
      } catch (NumberFormatException | ArgumentException e) {
        throw in.damaged(beginning + SEQUENCE + rest, "has no seed: " + e.getMessage());
      }
    }
    throw in.damaged(beginning + SEQUENCE + rest, "is no sequence of random numbers");
  }

  private static long[] generator(StateEntries in, String name, Object state) {
    if (state instanceof Variable v
        && v.type().dtype() == DType.INT64
        && v.type().shape().equals(Shape.of(2))) {
      try (Tensor words = v.value()) {
        return words.toLongArray();
      }
    }
    throw in.damaged(name, "is no generator's state, int64(2,)");
  }
}
