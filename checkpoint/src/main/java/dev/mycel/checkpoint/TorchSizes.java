package dev.mycel.checkpoint;

import java.util.Map;

/**
 * What the tensors of a file need together when all are loaded. A stride of 0, or many views of one
 * storage, make few bytes into many as a compression does, so the same limit holds for them.
 */
final class TorchSizes {
  /** Views of small files may have so many bytes in any case. */
  private static final long FREE = 16 << 20;

  private TorchSizes() {}

  static void check(TorchTree tree, PickleInput in, long fileBytes, Limits limits) {
    long most = Math.max(FREE, multiplied(fileBytes, limits.unpackRatio));
    long sum = 0;
    for (Map.Entry<String, PickleValue.View> e : tree.tensors().entrySet()) {
      PickleValue.View view = e.getValue();
      String name = Problems.shortened(e.getKey());
      if (view.bytes() > limits.totalBytes - sum) {
        throw in.refuse(
            view.at(),
            "up to '" + name + "' the tensors have more than " + limits.totalBytes + " bytes",
            "if they shall have so many, raise Limits.totalBytes");
      }
      if (view.bytes() > most - sum) {
        throw in.refuse(
            view.at(),
            "up to '"
                + name
                + "' the tensors have more than "
                + most
                + " bytes in a file of "
                + fileBytes
                + ", as views of the same bytes",
            "call contiguous() on expanded tensors before they are saved, or raise"
                + " Limits.unpackRatio");
      }
      sum += view.bytes();
    }
  }

  private static long multiplied(long bytes, long ratio) {
    return bytes > Long.MAX_VALUE / ratio ? Long.MAX_VALUE : bytes * ratio;
  }
}
