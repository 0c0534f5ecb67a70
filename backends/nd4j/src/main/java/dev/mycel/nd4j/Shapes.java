package dev.mycel.nd4j;

import dev.mycel.core.DType;
import dev.mycel.core.Shape;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.bytedeco.javacpp.LongPointer;
import org.nd4j.linalg.api.shape.options.ArrayOptionsHelper;
import org.nd4j.linalg.factory.Nd4j;

/** ND4J's descriptions of row-major arrays, which it keeps for ever itself. */
final class Shapes {
  /** More are described anew each time: a program may see any number of shapes. */
  private static final int KEPT = 4096;

  private static final Map<Key, LongPointer> KNOWN = new ConcurrentHashMap<>();

  private record Key(DType dtype, Shape shape) {}

  private Shapes() {}

  /** The description of a row-major array; its rank is at least one, and it is not empty. */
  static LongPointer of(DType dtype, Shape shape) {
    Key key = new Key(dtype, shape);
    LongPointer known = KNOWN.get(key);
    if (known == null) {
      known = describe(dtype, shape);
      if (KNOWN.size() < KEPT) {
        KNOWN.put(key, known);
      }
    }
    return known;
  }

  private static LongPointer describe(DType dtype, Shape shape) {
    long extras = ArrayOptionsHelper.setOptionBit(0L, Types.of(dtype));
    return (LongPointer)
        Nd4j.getShapeInfoProvider()
            .createShapeInformation(shape.dims(), shape.strides(), 1, 'c', extras)
            .getFirst()
            .addressPointer();
  }
}
