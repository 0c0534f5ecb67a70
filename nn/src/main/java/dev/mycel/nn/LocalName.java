package dev.mycel.nn;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The local name under which a cell or parameter field is registered, where it is not the field's
 * own. Library layers use it to carry MindSpore's names, applications to read checkpoints whose
 * names are no Java identifiers of theirs:
 *
 * <pre>{@code
 * @LocalName("moving_mean") private final Parameter movingMean;
 * }</pre>
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.FIELD)
public @interface LocalName {
  /** The name: not empty, without dots. */
  String value();
}
