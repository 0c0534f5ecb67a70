package dev.mycel.train;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Notes what each epoch ended with: {@link #epoch} the numbers of the epochs, {@link #history} the
 * loss of the last step as {@code net_output} and, by name, what evaluations gave.
 */
public final class History extends Callback {
  private final List<Integer> epochs = new ArrayList<>();
  private final Map<String, List<Object>> history = new LinkedHashMap<>();

  /** A history that is empty. */
  public History() {}

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
