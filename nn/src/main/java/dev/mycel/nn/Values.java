package dev.mycel.nn;

import dev.mycel.core.DType;

/** Which values variables of a type take. */
final class Values {
  private Values() {}

  /**
   * Whether data of that type fits: any float takes any float, integer or bool, an integer takes a
   * bool or an integer that is not wider, bool takes bool.
   */
  static boolean fit(DType own, DType given) {
    if (given == own || own.isFloat()) {
      return true;
    }
    boolean narrower = given == DType.BOOL || (given.isInteger() && given.join(own) == own);
    return own.isInteger() && narrower;
  }
}
