package dev.mycel.checkpoint;

import dev.mycel.checkpoint.names.ValueForm;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What became of each parameter of a network and each entry of a checkpoint when one was loaded
 * into the other through a map of names. It prints as a table, what did not fit first.
 */
public final class MappingReport {
  private static final int MOST_ROWS = 200;

  /** What became of a parameter or an entry. */
  public enum Status {
    /** The parameter has no entry. */
    MISSING,
    /** The entry has no parameter. */
    UNEXPECTED,
    /** The entry has another shape than the parameter. */
    SHAPE,
    /** The entry cannot become the parameter's value for another reason, which the note has. */
    UNFIT,
    /** The entry is the parameter's value in another element type. */
    CONVERTED,
    /** The entry is the parameter's value. */
    MATCHED;

    boolean isProblem() {
      return this != CONVERTED && this != MATCHED;
    }
  }

  /**
   * A parameter, an entry, or both.
   *
   * @param status what became of them
   * @param parameter the parameter's name, or null for an entry that has none
   * @param expects what the parameter needs, or null
   * @param entry the entry's name in the checkpoint; those of several that are joined stand with
   *     commas between them; for a missing parameter the name that the map expects, if it is known;
   *     null if there is none
   * @param has the form of the entry after the map's changes, or null if it has none
   * @param note what the map does with the value, why it does not fit, or nothing
   * @param nearest names on the other side that may be meant
   */
  public record Row(
      Status status,
      @Nullable String parameter,
      @Nullable ValueForm expects,
      @Nullable String entry,
      @Nullable ValueForm has,
      String note,
      List<String> nearest) {
    /** Copies the list. */
    public Row {
      nearest = List.copyOf(nearest);
    }
  }

  private final String source;
  private final String net;
  private final List<Row> rows;
  private final List<String> dropped;
  private final Map<Status, Integer> counts = new EnumMap<>(Status.class);
  private final boolean loaded;

  MappingReport(String source, String net, List<Row> rows, List<String> dropped, boolean loaded) {
    this.source = source;
    this.net = net;
    this.rows = List.copyOf(rows);
    this.dropped = List.copyOf(dropped);
    this.loaded = loaded;
    rows.forEach(row -> counts.merge(row.status(), 1, Integer::sum));
  }

  /** The same after the values were loaded. */
  MappingReport loadedNow() {
    return new MappingReport(source, net, rows, dropped, true);
  }

  /** Everything, what did not fit first. */
  public List<Row> rows() {
    return rows;
  }

  /** What has that status. */
  public List<Row> rows(Status status) {
    return rows.stream().filter(row -> row.status() == status).toList();
  }

  /** How many have that status. */
  public int count(Status status) {
    return counts.getOrDefault(status, 0);
  }

  /** Parameters that have their value, in the checkpoint's element type or another one. */
  public int matched() {
    return count(Status.MATCHED) + count(Status.CONVERTED);
  }

  /** Names of entries that the map leaves out. */
  public List<String> dropped() {
    return dropped;
  }

  /** Whether every parameter had its entry and every entry its parameter. */
  public boolean isComplete() {
    return rows.stream().noneMatch(row -> row.status().isProblem());
  }

  /** Whether values were loaded. */
  public boolean isLoaded() {
    return loaded;
  }

  /** One line of counts. */
  public String summary() {
    return String.format(
        Locale.ROOT,
        "%s onto %s: %d matched, of them %d converted; %d missing, %d unexpected, %d of another"
            + " shape, %d unfit; %d dropped; %s",
        source,
        net,
        matched(),
        count(Status.CONVERTED),
        count(Status.MISSING),
        count(Status.UNEXPECTED),
        count(Status.SHAPE),
        count(Status.UNFIT),
        dropped.size(),
        loaded ? "loaded" : "nothing was loaded");
  }

  /** The counts and a table of at most that many rows of each status. */
  public String table(int most) {
    return MappingTable.of(this, most, true);
  }

  /** The counts and the rows that are no matches, at most that many of each status. */
  String problems(int most) {
    return MappingTable.of(this, most, false);
  }

  /** The counts and a table of at most 200 rows of each status. */
  @Override
  public String toString() {
    return table(MOST_ROWS);
  }
}
