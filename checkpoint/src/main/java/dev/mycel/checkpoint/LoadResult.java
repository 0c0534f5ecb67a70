package dev.mycel.checkpoint;

import java.util.List;

/**
 * What did not find its counterpart when parameters were loaded into a network.
 *
 * @param paramNotLoad names of the network's parameters that no entry was found for
 * @param ckptNotLoad names of entries that no parameter took
 */
public record LoadResult(List<String> paramNotLoad, List<String> ckptNotLoad) {
  /** Copies the lists. */
  public LoadResult {
    paramNotLoad = List.copyOf(paramNotLoad);
    ckptNotLoad = List.copyOf(ckptNotLoad);
  }

  /** Whether every name had its counterpart. */
  public boolean isComplete() {
    return paramNotLoad.isEmpty() && ckptNotLoad.isEmpty();
  }
}
