package dev.mycel.test.bench;

import dev.mycel.core.DType;
import dev.mycel.core.Random;
import dev.mycel.core.Tensor;
import dev.mycel.nd4j.NdArrays;
import dev.mycel.nd4j.SharedArray;
import java.util.Map;
import java.util.function.Function;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Workloads that take ND4J's arrays to tensors and back. */
final class Bridge {
  private Bridge() {}

  static void add(Map<String, Function<DType, Runnable>> w) {
    w.put("bridge-to-tensor", t -> copying(Nd4jPeer.random(1024, 1024)));
    w.put("bridge-to-tensor-f", t -> copying(Nd4jPeer.random(1024, 1024).dup('f')));
    w.put("bridge-to-tensor-part", t -> copying(part(Nd4jPeer.random(1024, 1024))));
    w.put("bridge-to-tensor-steps", t -> copying(steps(Nd4jPeer.random(1024, 1024))));
    w.put("bridge-to-tensor-bool", t -> copying(signs(Nd4jPeer.random(1024, 1024))));
    w.put("bridge-to-indarray", t -> back(Random.randn(1024, 1024)));
    w.put("bridge-add-1m", t -> sum());
  }

  /** Every second row and the middle of the columns. */
  static INDArray part(INDArray array) {
    return array.get(NDArrayIndex.interval(0, 2, 1024), NDArrayIndex.interval(256, 768));
  }

  /** Every second column: no two elements lie together. */
  static INDArray steps(INDArray array) {
    return array.get(NDArrayIndex.all(), NDArrayIndex.interval(0, 2, 1024));
  }

  static INDArray signs(INDArray array) {
    return array.gt(0);
  }

  private static Runnable copying(INDArray array) {
    return () -> NdArrays.toTensor(array).close();
  }

  private static Runnable back(Tensor tensor) {
    return () -> NdArrays.toINDArray(tensor).close();
  }

  /** Arrays in, an array out, without a copy on the way; on the backend nd4j. */
  private static Runnable sum() {
    INDArray a = Nd4jPeer.random(1024, 1024);
    INDArray b = Nd4jPeer.random(1024, 1024);
    return () -> {
      try (Tensor x = NdArrays.viewOf(a);
          Tensor y = NdArrays.viewOf(b);
          Tensor z = x.add(y);
          SharedArray shared = NdArrays.share(z)) {
        Workloads.result = shared.array();
      }
    };
  }
}
