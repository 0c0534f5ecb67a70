package dev.mycel.reference;

/** Stable merge sort of indices by keys, bottom up. */
final class MergeSort {
  private int[] order;
  private int[] other;

  MergeSort(int n) {
    order = new int[n];
    other = new int[n];
  }

  /** The order in which the keys ascend; the array is overwritten by the next call. */
  int[] sort(long[] keys) {
    int n = order.length;
    for (int i = 0; i < n; i++) {
      order[i] = i;
    }
    for (long width = 1; width < n; width *= 2) {
      for (long low = 0; low < n; low += 2 * width) {
        merge(keys, (int) low, (int) Math.min(low + width, n), (int) Math.min(low + 2 * width, n));
      }
      int[] swapped = order;
      order = other;
      other = swapped;
    }
    return order;
  }

  private void merge(long[] keys, int low, int middle, int high) {
    int i = low;
    int j = middle;
    for (int k = low; k < high; k++) {
      boolean left = j >= high || (i < middle && keys[order[i]] <= keys[order[j]]);
      other[k] = left ? order[i++] : order[j++];
    }
  }
}
