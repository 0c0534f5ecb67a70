package dev.mycel.train;

import dev.mycel.core.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Notes what each epoch ended with: {@link #epoch} the numbers of the epochs, {@link #history} the
 * loss of the last step as {@code net_output} and, by name, what evaluations gave.
 */
public final class History extends Callback {
  private static final String EPOCHS = "epochs";
  private static final String VALUES = "values.";
  private static final String FORMS = "forms.";
  private static final String NUMBERS = "numbers.";
  private static final System.Logger LOG = System.getLogger("dev.mycel.train");

  private final List<Integer> epochs = new ArrayList<>();
  private final Map<String, List<Object>> history = new LinkedHashMap<>();
  private final Set<String> lost = new HashSet<>();

  /** A history that is empty. */
  public History() {}

  /**
   * Epochs and results: numbers, truth values, arrays of doubles, curves of a {@code ROC}, and
   * lists of these. Results of other kinds are not kept, which is logged once.
   */
  @Override
  public Map<String, Object> state() {
    Map<String, Object> state = new LinkedHashMap<>();
    state.put(EPOCHS, Tensor.of(epochs.stream().mapToLong(i -> i).toArray(), (long) epochs.size()));
    history.forEach((name, values) -> put(state, name, values));
    return state;
  }

  private void put(Map<String, Object> state, String name, List<Object> values) {
    if (values.stream().allMatch(Double.class::isInstance)) {
      double[] numbers = values.stream().mapToDouble(v -> (Double) v).toArray();
      state.put(VALUES + name, Tensor.of(numbers, numbers.length));
      return;
    }
    List<Tensor> both = HistoryForms.write(values);
    if (both != null) {
      state.put(FORMS + name, both.get(0));
      state.put(NUMBERS + name, both.get(1));
    } else if (lost.add(name)) {
      LOG.log(
          System.Logger.Level.WARNING,
          "History: results of ''{0}'' are not kept in the state, because of their type: {1}",
          name,
          values.stream()
              .map(v -> v == null ? "null" : v.getClass().getName())
              .distinct()
              .toList());
    }
  }

  @Override
  public void restoreState(Map<String, Object> state) {
    List<Integer> numbers = new ArrayList<>();
    Map<String, List<Object>> values = new LinkedHashMap<>();
    state.forEach(
        (name, value) -> {
          if (name.equals(EPOCHS)) {
            LongStream.of(CallbackStates.tensor(value).toLongArray())
                .forEach(n -> numbers.add((int) n));
          } else if (name.startsWith(VALUES)) {
            List<Object> list = new ArrayList<>();
            DoubleStream.of(CallbackStates.tensor(value).toDoubleArray()).forEach(list::add);
            values.put(name.substring(VALUES.length()), list);
          } else if (name.startsWith(FORMS)) {
            String of = name.substring(FORMS.length());
            values.put(of, formed(of, value, state.get(NUMBERS + of)));
          }
        });
    epochs.clear();
    epochs.addAll(numbers);
    history.clear();
    history.putAll(values);
  }

  private static List<Object> formed(String name, Object form, @Nullable Object numbers) {
    Object value =
        HistoryForms.read(name, CallbackStates.tensor(form), CallbackStates.tensor(numbers));
    return new ArrayList<>(value instanceof List<?> list ? list : List.of(value));
  }

  @Override
  public void onTrainBegin(RunContext context) {
    epochs.clear();
    history.clear();
  }

  @Override
  public void onTrainEpochEnd(RunContext context) {
    InternalCallbackParam args = context.originalArgs();
    epochs.add(args.curEpochNum());
    add("net_output", args.loss());
    args.evalResults().forEach(this::add);
  }

  private void add(String name, Object value) {
    history.computeIfAbsent(name, n -> new ArrayList<>()).add(value);
  }

  /** The numbers of the epochs so far. */
  public List<Integer> epoch() {
    return Collections.unmodifiableList(epochs);
  }

  /** A list for each name, of one value for each epoch that had one. */
  public Map<String, List<Object>> history() {
    return Collections.unmodifiableMap(history);
  }
}
