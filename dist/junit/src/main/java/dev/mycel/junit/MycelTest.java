package dev.mycel.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceLock;

/**
 * Makes tests repeatable and clean: each starts with the same seed on the same backend, and must
 * leave neither an interpreter on the stack nor memory behind.
 *
 * <pre>{@code
 * @MycelTest(seed = 7)
 * class MyCellTest {
 *   @Test void gradientIsRight() { assertGradients(new MyCell(), randn(2, 120, 12, 12)); }
 *   @Test void learns()          { assertLossFalls(step, batches, 50); }
 * }
 * }</pre>
 *
 * <p>It stands on a class, for all its tests, or on a method. The seed is set before the test's
 * instance is made, so fields are repeatable too. The backend that was in use before is restored
 * afterwards. A test that fails tells its seed: as a suppressed exception of the failure and as the
 * report entry {@code mycel.seed}.
 *
 * <p>Memory: what the fields of the instance hold does not count, because they end with it (they
 * are cleared to find out, if the instance is made for each method and memory has grown). Static
 * fields and arguments count. With {@code Lifecycle.PER_CLASS} the class is checked as a whole.
 * After a failure nothing is checked.
 *
 * <p>Seed, backend and memory belong to the process, so in JUnit's parallel execution tests with
 * this annotation run one after the other, by the resource lock {@code dev.mycel}; others run
 * beside them. Those that compute with Mycel should have the annotation too.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@SuppressWarnings("exports") // only JUnit makes the extension
@ExtendWith(MycelExtension.class)
@ResourceLock("dev.mycel")
public @interface MycelTest {
  /** A value of {@link #seed} that draws another seed for each test. */
  long FRESH = -1;

  /** The global seed that each test starts with; {@link #FRESH} draws one. */
  long seed() default 1;

  /** The backend that the tests run on; empty leaves the one in use. */
  String backend() default "";

  /** Whether memory that is left behind fails the test. */
  boolean leaks() default true;
}
