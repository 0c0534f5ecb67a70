package dev.mycel.train;

import dev.mycel.core.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;

/**
 * Notes what each epoch ended with: {@link #epoch} the numbers of the epochs, {@link #history} the
 * loss of the last step as {@code net_output} and, by name, what evaluations gave.
 */
public final class History extends Callback {
  private static final String EPOCHS = "epochs";
  private static final String VALUES = "values.";

  private final List<Integer> epochs = new ArrayList<>();
  private final Map<String, List<Object>> history = new LinkedHashMap<>();

  /** A history that is empty. */
  public History() {}

  /** Epochs and results that are numbers; results that are arrays are not kept. */
  @Override
  public Map<String, Object> state() {
    Map<String, Object> state = new LinkedHashMap<>();
    state.put(EPOCHS, Tensor.of(epochs.stream().mapToLong(i -> i).toArray(), (long) epochs.size()));
    history.forEach(
        (name, values) -> {
          if (values.stream().allMatch(Double.class::isInstance)) {
            double[] numbers = values.stream().mapToDouble(v -> (Double) v).toArray();
            state.put(VALUES + name, Tensor.of(numbers, numbers.length));
          }
        });
    return state;
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
          }
        });
    epochs.clear();
    epochs.addAll(numbers);
    history.clear();
    history.putAll(values);
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
