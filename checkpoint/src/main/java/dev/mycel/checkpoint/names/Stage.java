package dev.mycel.checkpoint.names;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Rules that are alternatives: the first that matches a name decides over it. */
final class Stage {
  private final List<Rule> rules;
  private final boolean keepsOthers;
  private final @Nullable Stage forward;

  /** The first rule that decides over a name that is given in full, by that name. */
  private final Map<String, Integer> literals = new HashMap<>();

  private final List<Integer> scanning = new ArrayList<>();

  Stage(List<Rule> rules, boolean keepsOthers) {
    this(rules, keepsOthers, null);
  }

  private Stage(List<Rule> rules, boolean keepsOthers, @Nullable Stage forward) {
    this.rules = List.copyOf(rules);
    this.keepsOthers = keepsOthers;
    this.forward = forward;
    for (int i = 0; i < rules.size(); i++) {
      if (rules.get(i) instanceof GroupRule group && group.isLiteral()) {
        if (isDecisive(group)) {
          for (NamePattern source : group.sources()) {
            literals.putIfAbsent(source.toString(), i);
          }
        }
      } else {
        scanning.add(i);
      }
    }
  }

  /**
   * The stage that leads back. Its rules hold only where the rules of this one would have led here,
   * so the order of rules counts in both directions.
   */
  Stage inverse() {
    if (forward != null) {
      return forward;
    }
    List<Rule> backs = new ArrayList<>();
    for (Rule rule : rules) {
      Rule back = rule.inverse();
      if (back == null) {
        throw new ArgumentException(
            Messages.of("nameMap: the map has no inverse, since a rule loses what it would need")
                .line("rule", rule.text())
                .hint(
                    "write expressions as patterns with '*', give a reshape both shapes, and leave"
                        + " drops to a map of their own")
                .text());
      }
      backs.add(back);
    }
    return new Stage(backs, keepsOthers, this);
  }

  /**
   * Whether a rule may lead back to a name: none before it would have decided over that name. A
   * rule that needs several names decides only where all are there, so it stands in nobody's way.
   */
  private boolean leadsBack(int rule, String target) {
    return forward == null || !forward.decidesBefore(rule, target);
  }

  private boolean decidesBefore(int rule, String name) {
    if (literals.getOrDefault(name, Integer.MAX_VALUE) < rule) {
      return true;
    }
    for (int i : scanning) {
      if (i >= rule) {
        break;
      }
      if (isDecisive(rules.get(i)) && rules.get(i).matches(name)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isDecisive(Rule rule) {
    return !(rule instanceof GroupRule group)
        || group.sources().size() == 1
        || group.needsAnyOnly();
  }

  /** What all comparisons together cost, for names of that many characters together. */
  long work(long characters) {
    long sum = scanning.stream().mapToLong(i -> rules.get(i).cost()).sum();
    return sum * characters;
  }

  /** Lines of a text map. */
  List<String> lines() {
    List<String> lines = new ArrayList<>(rules.stream().map(Rule::text).toList());
    if (!keepsOthers) {
      lines.add("others drop");
    }
    return lines;
  }

  // ---- use --------------------------------------------------------------------------------------

  /** The entries under the names of this stage; rules that took part are added to the set. */
  List<MappedEntry> apply(Collection<MappedEntry> entries, Set<Rule> used) {
    Run run = new Run(entries);
    for (int i = 0; i < rules.size(); i++) {
      if (run.apply(i)) {
        used.add(rules.get(i));
      }
    }
    return run.results();
  }

  /** All rules that need a name. */
  List<Rule> rulesWithSources() {
    return rules.stream()
        .filter(r -> !(r instanceof GroupRule group && group.sources().isEmpty()))
        .toList();
  }

  /** Names on their way through the rules. */
  private final class Run {
    private final Map<String, MappedEntry> left = new LinkedHashMap<>();
    private final Map<String, Integer> places = new HashMap<>();

    /** Results by the place of their first source. */
    private final TreeMap<Integer, List<MappedEntry>> made = new TreeMap<>();

    Run(Collection<MappedEntry> entries) {
      for (MappedEntry entry : entries) {
        places.put(entry.name(), places.size());
        left.put(entry.name(), entry);
      }
    }

    boolean apply(int index) {
      Rule rule = rules.get(index);
      if (rule instanceof GroupRule group) {
        if (group.isLiteral()) {
          return take(index, group, List.of());
        }
        boolean any = false;
        for (String name : List.copyOf(left.keySet())) {
          if (left.containsKey(name) && name.length() <= NameMap.LONGEST_NAME) {
            any |= takeByPattern(index, group, name);
          }
        }
        return any;
      }
      boolean any = false;
      for (String name : List.copyOf(left.keySet())) {
        any |= name.length() <= NameMap.LONGEST_NAME && rename(index, (Renaming) rule, name);
      }
      return any;
    }

    private boolean rename(int index, Renaming rule, String name) {
      String target = rule.rename(name);
      if (target == null || !leadsBack(index, target)) {
        return false;
      }
      MappedEntry entry = remove(name);
      emit(name, new MappedEntry(target, entry.made()));
      return true;
    }

    private boolean takeByPattern(int index, GroupRule group, String name) {
      for (NamePattern source : group.sources()) {
        List<String> found = source.match(name);
        if (found != null && take(index, group, found)) {
          return true;
        }
      }
      return false;
    }

    /** Carries the rule out for what its holes stand for, if the names it needs are there. */
    private boolean take(int index, GroupRule group, List<String> found) {
      List<String> wanted = group.sources().stream().map(s -> s.fill(found)).toList();
      List<String> there = wanted.stream().filter(left::containsKey).distinct().toList();
      boolean enough = group.needsAnyOnly() ? !there.isEmpty() : there.size() == wanted.size();
      List<String> targets = group.outs().stream().map(o -> o.name().fill(found)).toList();
      if (!enough || !targets.stream().allMatch(t -> leadsBack(index, t))) {
        return false;
      }
      List<Value> values = there.stream().map(n -> remove(n).made()).toList();
      for (int i = 0; i < targets.size(); i++) {
        ValueTransform transform = group.outs().get(i).transform();
        String target = targets.get(i);
        Renaming.check(group, target, target.length());
        boolean plain = transform.equals(Transforms.identity());
        Value value = plain ? values.get(0) : new Value.Made(transform, values);
        emit(there.isEmpty() ? null : there.get(0), new MappedEntry(target, value));
      }
      return true;
    }

    private MappedEntry remove(String name) {
      return Objects.requireNonNull(left.remove(name));
    }

    private void emit(@Nullable String source, MappedEntry entry) {
      int place = source == null ? places.size() : places.getOrDefault(source, places.size());
      made.computeIfAbsent(place, p -> new ArrayList<>()).add(entry);
    }

    List<MappedEntry> results() {
      if (keepsOthers) {
        left.forEach((name, entry) -> emit(name, entry));
      }
      Map<String, MappedEntry> byName = new LinkedHashMap<>();
      for (List<MappedEntry> some : made.values()) {
        for (MappedEntry entry : some) {
          MappedEntry other = byName.putIfAbsent(entry.name(), entry);
          if (other != null) {
            throw new ArgumentException(
                Messages.of("nameMap: two entries become '" + NameMap.shortened(entry.name()) + "'")
                    .line("one  ", String.join(", ", other.sources()))
                    .line("other", String.join(", ", entry.sources()))
                    .hint("drop one of them, or give it another name")
                    .text());
          }
        }
      }
      return List.copyOf(byName.values());
    }
  }
}
