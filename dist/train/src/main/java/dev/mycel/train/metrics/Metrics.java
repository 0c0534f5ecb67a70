package dev.mycel.train.metrics;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Metrics by name, as a model takes them; immutable.
 *
 * <pre>{@code
 * Metrics.of("accuracy", "loss")
 * Metrics.accuracy().and("top3", new TopKCategoricalAccuracy(3))
 * }</pre>
 */
public final class Metrics {
  private static final Map<String, Supplier<Metric<?>>> BY_NAME = new TreeMap<>();

  static {
    BY_NAME.put("accuracy", Accuracy::new);
    BY_NAME.put("acc", Accuracy::new);
    BY_NAME.put("precision", Precision::new);
    BY_NAME.put("recall", Recall::new);
    BY_NAME.put("F1", F1::new);
    BY_NAME.put("loss", Loss::new);
    BY_NAME.put("mae", MAE::new);
    BY_NAME.put("mse", MSE::new);
    BY_NAME.put("perplexity", Perplexity::new);
    BY_NAME.put("dice", Dice::new);
    BY_NAME.put("roc", ROC::new);
    BY_NAME.put("auc", AUC::new);
    BY_NAME.put("cosine_similarity", CosineSimilarity::new);
    BY_NAME.put("top_1_accuracy", TopKCategoricalAccuracy::top1);
    BY_NAME.put("top_5_accuracy", TopKCategoricalAccuracy::top5);
  }

  private static final Map<String, String> WITH_ARGUMENTS =
      Map.of(
          "topk", "new TopKCategoricalAccuracy(k)",
          "confusion_matrix", "new ConfusionMatrix(numClasses)");

  private static final Metrics NONE = new Metrics(Map.of());

  private final Map<String, Metric<?>> byName;

  private Metrics(Map<String, Metric<?>> byName) {
    this.byName = Collections.unmodifiableMap(new LinkedHashMap<>(byName));
  }

  /** No metric. */
  public static Metrics none() {
    return NONE;
  }

  /** The accuracy of a classification, as {@code accuracy}. */
  public static Metrics accuracy() {
    return of("accuracy");
  }

  /**
   * Metrics by MindSpore's names: {@code accuracy acc precision recall F1 loss mae mse perplexity
   * dice roc auc cosine_similarity top_1_accuracy top_5_accuracy}.
   */
  public static Metrics of(String... names) {
    Metrics metrics = NONE;
    for (String name : names) {
      metrics = metrics.and(name, byName(name));
    }
    return metrics;
  }

  /** Metrics under names of one's own. */
  public static Metrics of(Map<String, ? extends Metric<?>> byName) {
    Metrics metrics = NONE;
    for (Map.Entry<String, ? extends Metric<?>> entry : byName.entrySet()) {
      metrics = metrics.and(entry.getKey(), entry.getValue());
    }
    return metrics;
  }

  /** These and one more. */
  public Metrics and(String name, Metric<?> metric) {
    if (byName.containsKey(name)) {
      throw new ArgumentException("metrics: there are two named '" + name + "'");
    }
    Map<String, Metric<?>> more = new LinkedHashMap<>(byName);
    more.put(name, metric);
    return new Metrics(more);
  }

  /** The metrics in order. */
  public Map<String, Metric<?>> byName() {
    return byName;
  }

  private static Metric<?> byName(String name) {
    Supplier<Metric<?>> known = BY_NAME.get(name);
    if (known != null) {
      return known.get();
    }
    String made = WITH_ARGUMENTS.get(name);
    if (made != null) {
      throw new ArgumentException(
          Messages.of("metrics: '" + name + "' needs arguments")
              .hint("Metrics.none().and(\"" + name + "\", " + made + ")")
              .text());
    }
    throw new ArgumentException(
        Messages.of("metrics: there is none named '" + name + "'")
            .line("known", String.join(" ", BY_NAME.keySet()))
            .hint("Metrics.none().and(name, metric) takes any other")
            .text());
  }
}
