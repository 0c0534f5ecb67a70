package dev.mycel.checkpoint.names;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import dev.mycel.core.Tensor;
import dev.mycel.core.Variable;
import dev.mycel.nn.Cell;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How the entries of a checkpoint are called elsewhere, and how their values change on the way;
 * immutable.
 *
 * <pre>{@code
 * NameMap map = NameMap.builder().stripPrefix("module.").name("classifier.*", "fc.*").build()
 *     .then(NameMap.fromPyTorch(net));
 * }</pre>
 *
 * <p>The first rule of a map that matches a name decides over it; names that no rule matches stay
 * as they are. In names, {@code *} stands for one or more characters without a dot, {@code **} for
 * one or more whole segments; a segment has one star at most and a name one {@code **}, and all
 * names of a rule have the same ones. Entries of more than {@value #LONGEST_NAME} characters are
 * left alone.
 */
public final class NameMap {
  /** The most characters of a name that a map makes. */
  public static final int LONGEST_NAME = 1024;

  /** Steps of comparing names with patterns that one plan may take: some tens of seconds. */
  private static final long MOST_WORK = 5_000_000_000L;

  private static final NameMap IDENTITY = new NameMap(List.of());

  private final List<Stage> stages;

  private NameMap(List<Stage> stages) {
    this.stages = stages;
  }

  // ---- making -----------------------------------------------------------------------------------

  /** The map that changes nothing. */
  public static NameMap identity() {
    return IDENTITY;
  }

  /** A map by rules. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * From the names that PyTorch gives the parameters and statistics of a module to those of a
   * network of the same structure. Cells are told by their class: {@code weight} of a batch
   * normalisation becomes {@code gamma}, that of a dense layer stays. Paths of modules are those of
   * the cells, but for what PyTorch's own modules call otherwise ({@code linear1} of an encoder
   * layer). Its {@link #inverse} is {@link #toPyTorch}.
   */
  public static NameMap fromPyTorch(Cell<?, ?> net) {
    return TorchNames.of(net);
  }

  /**
   * From the names of a network's parameters to those that PyTorch gives a module of the same
   * structure, with all that its strict {@code load_state_dict} asks for.
   */
  public static NameMap toPyTorch(Cell<?, ?> net) {
    return fromPyTorch(net).inverse();
  }

  /**
   * From the names that Deeplearning4j gives the parameters of a network to those of a network of
   * the same structure, with values in the layout that the cells here have.
   *
   * <p>DL4J numbers all layers, also those without parameters, so layers are not found by their
   * numbers: those that have names are taken in the order of their numbers, or of the collection if
   * they are called otherwise, and paired with the cells that have parameters in theirs. A cell or
   * layer too many at the end is left alone.
   *
   * <p>Matrices [in, out] are transposed, biases may be rows, the gates of an LSTM come into our
   * order, {@code log10stdev} becomes a variance. DL4J has one bias where recurrent layers here
   * have two: the second is zero, and the way back drops it. Weights of a convolution over one axis
   * lie differently in DL4J's versions and are left to a rule before this map.
   *
   * @param names the keys of DL4J's {@code paramTable()}, such as {@code 0_W}
   * @throws ArgumentException if DL4J has no layer like one of the cells
   */
  public static NameMap fromDl4j(Cell<?, ?> net, Collection<String> names) {
    return Dl4jNames.of(net, names);
  }

  /**
   * Reads a map from text, one rule on a line, remarks behind {@code #} at its beginning:
   *
   * <pre>{@code
   * name A -> B [CHANGES]
   * prefix A -> B          strip A          add A
   * regex EXPRESSION -> TEMPLATE
   * drop A
   * split A -> B C D [axis N] [sizes 1,2,3]
   * concat A B C -> D [axis N] [sizes 1,2,3]
   * copy A -> B C          tie A B -> C
   * others keep            others drop
   * then
   * }</pre>
   *
   * <p>Changes are {@code transpose}, {@code permute 1,0,2}, {@code reshape 2,3}, {@code reshape 6
   * to 2,3}, {@code expand 2}, {@code squeeze 2} and {@code reorder 0 0,2,1}; see {@link
   * Transforms}. {@code then} begins a new stage. Words stand between spaces, or in quotes with
   * {@code \"} and {@code \\} in them.
   *
   * @throws ArgumentException with the number of the line and the reason
   */
  public static NameMap parse(String text) {
    return MapText.parse(text);
  }

  /** This map and then another, which sees the names and values that this one gives. */
  public NameMap then(NameMap next) {
    List<Stage> all = new ArrayList<>(stages);
    all.addAll(next.stages);
    return new NameMap(List.copyOf(all));
  }

  /**
   * The map that leads back: it takes what this one makes of entries that its rules match to those
   * entries. A name that no rule matched is left alone unless it looks like a result of a rule.
   *
   * @throws ArgumentException if a rule loses what would be needed; the message has the rule
   */
  public NameMap inverse() {
    List<Stage> back = new ArrayList<>();
    for (int i = stages.size() - 1; i >= 0; i--) {
      back.add(stages.get(i).inverse());
    }
    return new NameMap(List.copyOf(back));
  }

  // ---- use --------------------------------------------------------------------------------------

  /**
   * What the map makes of entries of those names; nothing is loaded.
   *
   * @param names all names of a checkpoint, each once
   * @throws ArgumentException if two entries get one name, or a name becomes empty or too long
   */
  public NamePlan plan(Collection<String> names) {
    Collection<MappedEntry> entries = new LinkedHashSet<>();
    Set<String> distinct = new LinkedHashSet<>(names);
    long characters = distinct.stream().mapToLong(String::length).sum();
    long work = stages.stream().mapToLong(s -> s.work(characters)).sum();
    if (work > MOST_WORK) {
      throw new ArgumentException(
          Messages.of("nameMap: the patterns of the map would take too long with so many names")
              .line("names", distinct.size())
              .line("steps", work)
              .line("most ", MOST_WORK)
              .hint("use fewer or shorter expressions, or names without stars")
              .text());
    }
    distinct.forEach(name -> entries.add(new MappedEntry(name, new Value.Stored(name))));
    Set<Rule> used = new HashSet<>();
    List<MappedEntry> mapped = List.copyOf(entries);
    for (Stage stage : stages) {
      mapped = stage.apply(mapped, used);
    }
    mapped.forEach(entry -> distinct.removeAll(entry.sources()));
    List<String> unused = new ArrayList<>();
    for (Stage stage : stages) {
      stage.rulesWithSources().stream()
          .filter(rule -> !used.contains(rule))
          .forEach(rule -> unused.add(rule.text()));
    }
    return new NamePlan(mapped, List.copyOf(distinct), unused);
  }

  /**
   * The values of a map of entries under their new names.
   *
   * @param entries variables (parameters among them) or tensors by name
   * @return tensors by new name, in the order of their first sources
   * @throws ArgumentException if a value is neither, or does not fit its rule
   */
  public Map<String, Tensor> apply(Map<String, ?> entries) {
    Map<String, Tensor> values = new LinkedHashMap<>();
    entries.forEach((name, value) -> values.put(name, tensor(name, value)));
    Function<String, ValueForm> forms =
        name -> {
          Tensor t = known(values, name);
          return new ValueForm(t.shape(), t.dtype());
        };
    NamePlan plan = plan(values.keySet());
    plan.entries().forEach(entry -> checkedForm(entry, forms));
    Map<String, Tensor> mapped = new LinkedHashMap<>();
    for (MappedEntry entry : plan.entries()) {
      mapped.put(entry.name(), entry.value(name -> known(values, name)));
    }
    return mapped;
  }

  private static Tensor known(Map<String, Tensor> values, String name) {
    return Objects.requireNonNull(values.get(name));
  }

  private static void checkedForm(MappedEntry entry, Function<String, ValueForm> forms) {
    try {
      entry.form(forms);
    } catch (ArgumentException e) {
      throw new ArgumentException(
          Messages.of("nameMap: a value does not fit its rule: " + e.getMessage())
              .line("entry", entry)
              .text());
    }
  }

  private static Tensor tensor(String name, @Nullable Object value) {
    if (value instanceof Variable variable) {
      return variable.value();
    }
    if (value instanceof Tensor tensor) {
      return tensor;
    }
    throw new ArgumentException(
        Messages.of("nameMap: the value of '" + shortened(name) + "' is no tensor")
            .line("value", value == null ? "null" : value.getClass().getName())
            .hint("map parameters and tensors, and add other values afterwards")
            .text());
  }

  /** A map of those stages. */
  static NameMap of(List<Stage> stages) {
    return new NameMap(List.copyOf(stages));
  }

  List<Stage> stages() {
    return stages;
  }

  static String shortened(String name) {
    return name.length() <= 80 ? name : name.substring(0, 77) + "...";
  }

  /** The rules as a text map states them, which {@link #parse} reads but for values in Java. */
  @Override
  public String toString() {
    List<String> texts = stages.stream().map(s -> String.join("\n", s.lines())).toList();
    return String.join("\nthen\n", texts);
  }

  /** Rules in their order; the first that matches a name decides over it. */
  public static final class Builder {
    private static final int MOST_WORK_OF_EXPRESSIONS = 100_000;

    private final List<Rule> rules = new ArrayList<>();
    private boolean keepsOthers = true;

    private Builder() {}

    Builder add(Rule rule) {
      rules.add(rule);
      return this;
    }

    /** Calls an entry otherwise; names may have stars. */
    public Builder name(String from, String to) {
      return name(from, to, Transforms.identity());
    }

    /** Calls an entry otherwise and changes its value. */
    public Builder name(String from, String to, ValueTransform transform) {
      return add(GroupRule.name(from, to, transform));
    }

    /** Makes a value of those of several entries, which must all be there; it has no inverse. */
    public Builder value(List<String> from, String to, ValueTransform transform) {
      return add(GroupRule.values(from, to, transform));
    }

    /** Replaces the beginning of names, for example {@code "encoder."} by {@code "bert."}. */
    public Builder replacePrefix(String from, String to) {
      return add(new Renaming.Prefix(from, to));
    }

    /** Takes the beginning of names away: {@code "module."}. */
    public Builder stripPrefix(String prefix) {
      return replacePrefix(prefix, "");
    }

    /** Puts something before every name. */
    public Builder addPrefix(String prefix) {
      return replacePrefix("", prefix);
    }

    /**
     * Makes names of the groups of an expression that whole names fit; it has no inverse.
     *
     * @param expression in RE2's syntax, which has no back references and no look-around: it takes
     *     time linear in the name
     * @param template with {@code $1} to {@code $9} for groups and {@code $$} for a dollar
     */
    public Builder regex(String expression, String template) {
      return add(new Renaming.Regex(expression, template));
    }

    /** Leaves entries out; it has no inverse. */
    public Builder drop(String pattern) {
      return add(GroupRule.drop(pattern));
    }

    /** Leaves an entry out, whose value on the way back is always the same. */
    public Builder dropConstant(String name, Tensor value) {
      return add(GroupRule.dropConstant(name, value));
    }

    /** Adds an entry of that value; the way back drops it. */
    public Builder constant(String name, Tensor value) {
      return add(GroupRule.constant(name, value));
    }

    /**
     * Cuts a value into several along an axis.
     *
     * @param to the names of the parts in order
     * @param sizes their extents, none if they are equal
     */
    public Builder split(String from, int axis, List<String> to, long... sizes) {
      return add(GroupRule.split(from, axis, to, sizes));
    }

    /**
     * Joins several values along an axis; all must be there.
     *
     * @param sizes their extents, none if they are equal
     */
    public Builder concat(List<String> from, int axis, String to, long... sizes) {
      return add(GroupRule.concat(from, axis, to, sizes));
    }

    /** Gives one value several names. */
    public Builder copy(String from, List<String> to) {
      return add(GroupRule.copy(from, to));
    }

    /** Takes several names for one value: the first that is there counts. */
    public Builder tie(List<String> from, String to) {
      return add(GroupRule.tie(from, to, Transforms.identity()));
    }

    /** Leaves out what no rule matches, which is otherwise kept as it is. */
    public Builder dropOthers() {
      keepsOthers = false;
      return this;
    }

    /** The map. */
    public NameMap build() {
      long expressions =
          rules.stream().filter(r -> r instanceof Renaming.Regex).mapToLong(Rule::cost).sum();
      if (expressions > MOST_WORK_OF_EXPRESSIONS) {
        throw new ArgumentException(
            Messages.of("nameMap: the expressions of the map are too large together")
                .line("steps", expressions)
                .line("most ", MOST_WORK_OF_EXPRESSIONS)
                .hint("use names with stars where they do")
                .text());
      }
      return new NameMap(List.of(new Stage(rules, keepsOthers)));
    }
  }
}
