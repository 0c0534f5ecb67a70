package dev.mycel.nd4j;

import dev.mycel.core.DType;
import dev.mycel.core.DTypeException;
import dev.mycel.core.Messages;
import org.nd4j.linalg.api.buffer.DataType;

/** Element types of both sides. */
final class Types {
  private Types() {}

  /** ND4J's name of a type; it has all of ours. */
  static DataType of(DType t) {
    return switch (t) {
      case BOOL -> DataType.BOOL;
      case UINT8 -> DataType.UINT8;
      case INT8 -> DataType.INT8;
      case INT16 -> DataType.INT16;
      case INT32 -> DataType.INT32;
      case INT64 -> DataType.INT64;
      case FLOAT16 -> DataType.FLOAT16;
      case BFLOAT16 -> DataType.BFLOAT16;
      case FLOAT32 -> DataType.FLOAT;
      case FLOAT64 -> DataType.DOUBLE;
    };
  }

  /**
   * Our name of ND4J's type.
   *
   * @throws DTypeException if there is none
   */
  static DType of(String op, DataType t) {
    for (DType ours : DType.values()) {
      if (of(ours) == t) {
        return ours;
      }
    }
    throw new DTypeException(
        Messages.of(op + ": there is no tensor of " + t)
            .line("array of", t)
            .hint("cast first, for example array.castTo(DataType.LONG)")
            .text());
  }
}
