package dev.mycel.checkpoint;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * How a checkpoint is read; immutable, each method gives a changed copy. An entry is read if {@link
 * #choose}, {@link #specifyPrefix} and {@link #filterPrefix} all let it pass.
 */
public final class LoadOptions {
  private static final LoadOptions DEFAULTS =
      new LoadOptions(true, false, name -> true, List.of(), List.of(), null);

  final boolean verifyCrc;
  final boolean crcExpected;
  final @Nullable Encryption encryption;
  private final Predicate<String> choice;
  private final List<String> specified;
  private final List<String> filtered;

  private LoadOptions(
      boolean verifyCrc,
      boolean crcExpected,
      Predicate<String> choice,
      List<String> specified,
      List<String> filtered,
      @Nullable Encryption encryption) {
    this.verifyCrc = verifyCrc;
    this.crcExpected = crcExpected;
    this.choice = choice;
    this.specified = specified;
    this.filtered = filtered;
    this.encryption = encryption;
  }

  /** Every entry; a check sum is verified if the file has one. */
  public static LoadOptions defaults() {
    return DEFAULTS;
  }

  /** Whether a check sum is verified, which takes one more pass over the file; true by default. */
  public LoadOptions verifyCrc(boolean verifyCrc) {
    return new LoadOptions(verifyCrc, crcExpected, choice, specified, filtered, encryption);
  }

  /**
   * Whether the file should have a check sum, MindSpore's {@code crc_check}: then a file without
   * one is read with a warning, and one with another sum than its content's is refused.
   */
  public LoadOptions crcCheck(boolean expected) {
    return new LoadOptions(
        verifyCrc || expected, expected, choice, specified, filtered, encryption);
  }

  /**
   * Reads only entries whose name passes: others may even have types that do not exist here.
   * MindSpore's {@code choice_func}.
   */
  public LoadOptions choose(Predicate<String> choice) {
    return new LoadOptions(verifyCrc, crcExpected, choice, specified, filtered, encryption);
  }

  /** Reads only entries whose name begins with one of these, of which there must be one. */
  public LoadOptions specifyPrefix(String... prefixes) {
    List<String> checked = checked("specifyPrefix", prefixes);
    return new LoadOptions(verifyCrc, crcExpected, choice, checked, filtered, encryption);
  }

  /** Leaves entries out whose name begins with one of these, of which there must be one. */
  public LoadOptions filterPrefix(String... prefixes) {
    List<String> checked = checked("filterPrefix", prefixes);
    return new LoadOptions(verifyCrc, crcExpected, choice, specified, checked, encryption);
  }

  /**
   * The key of an encrypted file; MindSpore's {@code dec_key} and {@code dec_mode}. A file that is
   * not encrypted is then refused, because its content may be anybody's.
   */
  public LoadOptions decrypt(Encryption encryption) {
    return new LoadOptions(verifyCrc, crcExpected, choice, specified, filtered, encryption);
  }

  /**
   * MindSpore's {@code remove_redundancy}.
   *
   * @param remove must be false: only files of parallel trainings leave out what other machines
   *     have, and there are none of these here
   */
  public LoadOptions removeRedundancy(boolean remove) {
    if (remove) {
      throw new ArgumentException(
          Messages.of("LoadOptions.removeRedundancy: there is no parallel training here")
              .hint("save with MindSpore without remove_redundancy, and load that file")
              .text());
    }
    return this;
  }

  private static List<String> checked(String what, String... prefixes) {
    List<String> all = List.of(prefixes);
    if (all.isEmpty() || all.contains("")) {
      throw new ArgumentException(
          Messages.of(
                  "LoadOptions."
                      + what
                      + (all.isEmpty() ? ": no prefix is given" : ": an empty prefix is given"))
              .hint("every name begins with nothing; give prefixes such as \"backbone.\"")
              .text());
    }
    return all;
  }

  /** Whether an entry of that name is to be read. */
  boolean passes(String name) {
    return choice.test(name)
        && (specified.isEmpty() || specified.stream().anyMatch(name::startsWith))
        && filtered.stream().noneMatch(name::startsWith);
  }
}
