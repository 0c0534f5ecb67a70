package dev.mycel.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import dev.mycel.autograd.VjpTable;
import dev.mycel.core.DType;
import dev.mycel.core.Primitive;
import dev.mycel.core.Prims;
import dev.mycel.core.Shape;
import dev.mycel.core.spi.Backend;
import dev.mycel.core.spi.BackendProvider;
import dev.mycel.test.Draw;
import dev.mycel.test.OpSample;
import dev.mycel.test.OpSamples;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** Completeness: a primitive that lacks one of its statements makes this test red. */
final class SpecTest {
  static List<Primitive<?>> primitives() throws ReflectiveOperationException {
    List<Primitive<?>> declared = new ArrayList<>();
    for (Field field : Prims.class.getFields()) {
      if (Primitive.class.isAssignableFrom(field.getType())) {
        declared.add((Primitive<?>) field.get(null));
      }
    }
    assertFalse(declared.isEmpty());
    return declared;
  }

  private static void every(Predicate<Primitive<?>> holds, String otherwise)
      throws ReflectiveOperationException {
    List<String> wrong =
        primitives().stream().filter(holds.negate()).map(p -> p.name() + ": " + otherwise).toList();
    assertEquals(List.of(), wrong);
  }

  @Test
  void everyPrimitiveIsRegisteredUnderItsName() throws ReflectiveOperationException {
    every(p -> Primitive.named(p.name()) == p, "is not found by its name");
  }

  @Test
  void everyPrimitiveIsDocumented() throws ReflectiveOperationException {
    every(p -> !p.doc().isBlank(), "has no sentence on what it computes");
  }

  @Test
  void everyPrimitiveHasExactlyOneKindOfGradient() throws ReflectiveOperationException {
    every(
        p -> {
          int kinds = VjpTable.hasRow(p) ? 1 : 0;
          kinds += VjpTable.isFlat(p) ? 1 : 0;
          kinds += VjpTable.isExpanded(p) ? 1 : 0;
          return kinds == 1;
        },
        "must have a gradient row, or be listed flat, or be listed expanded, and only one of them");
  }

  @Test
  void everyPrimitiveHasAReferenceKernelOrADecomposition() throws ReflectiveOperationException {
    Backend reference =
        ServiceLoader.load(BackendProvider.class).stream()
            .map(ServiceLoader.Provider::get)
            .filter(p -> p.name().equals("reference"))
            .map(BackendProvider::open)
            .findFirst()
            .orElseThrow();
    every(
        p -> reference.kernels().has(p) || p.isComposite() || p.isView(),
        "has neither a reference kernel nor a decomposition");
  }

  @Test
  void everyPrimitiveHasASampleRow() throws ReflectiveOperationException {
    every(p -> !OpSamples.of(p).isEmpty(), "has no row in OpSamples");
  }

  /** What needs an axis, a batch or a channel. */
  private static final Set<String> WITHOUT_SCALARS =
      Set.of(
          "concat",
          "split",
          "argmax",
          "argmin",
          "cumsum",
          "sort",
          "iota",
          "matmul",
          "linear",
          "conv",
          "conv_input_grad",
          "conv_weight_grad",
          "conv_norm",
          "max_pool",
          "max_pool_scatter",
          "max_pool_gather",
          "avg_pool",
          "avg_pool_grad",
          "take_add",
          "take_along",
          "put_along_add",
          "softmax",
          "softmax_grad",
          "log_softmax",
          "log_softmax_grad",
          "softmax_cross_entropy",
          "softmax_cross_entropy_grad",
          "batch_norm",
          "batch_norm_grad",
          "batch_norm_infer",
          "batch_norm_relu",
          "batch_norm_relu_grad",
          "layer_norm",
          "layer_norm_grad",
          "attention",
          "attention_grad",
          "lstm",
          "lstm_grad",
          "gru",
          "gru_grad",
          "rnn",
          "rnn_grad");

  @Test
  void everyPrimitiveThatTakesScalarsHasACaseOfOne() throws ReflectiveOperationException {
    Set<String> without = new TreeSet<>();
    for (Primitive<?> p : primitives()) {
      if (OpSamples.of(p).stream().noneMatch(row -> row.hasCase(s -> s.rank() == 0))) {
        without.add(p.name());
      }
    }
    assertEquals(new TreeSet<>(WITHOUT_SCALARS), without);
  }

  @Test
  void everyPrimitiveHasACaseOfNoElements() throws ReflectiveOperationException {
    every(
        p -> OpSamples.of(p).stream().anyMatch(row -> row.hasCase(Shape::isEmpty)),
        "has no row with an empty tensor, nor one that takes it");
  }

  @Test
  void everyRowHasAShapeRuleThatAcceptsIt() {
    for (OpSample<?> row : OpSamples.all()) {
      for (DType dtype : row.dtypes()) {
        assertNotNull(inferred(row, dtype), row::name);
      }
    }
  }

  private static <A> Object inferred(OpSample<A> row, DType dtype) {
    var device = dev.mycel.core.Interpreters.root().device();
    var types = new dev.mycel.core.TensorType[row.inputs().size()];
    for (int i = 0; i < types.length; i++) {
      Draw draw = row.inputs().get(i);
      types[i] = new dev.mycel.core.TensorType(draw.shape(), draw.dtype(dtype), device);
    }
    return row.primitive().infer(row.attrs(dtype), types);
  }

  @Test
  void rowsCheckGradientsUnlessThePrimitiveIsFlat() {
    for (OpSample<?> row : OpSamples.all()) {
      if (VjpTable.isFlat(row.primitive())) {
        assertEquals(
            0, row.gradOrder(), () -> row.name() + " is flat, yet its row wants gradients");
      }
    }
    List<String> unchecked =
        OpSamples.all().stream()
            .map(OpSample::primitive)
            .distinct()
            .filter(VjpTable::hasRow)
            .filter(p -> OpSamples.of(p).stream().allMatch(r -> r.gradOrder() == 0))
            .map(Primitive::name)
            .toList();
    assertEquals(List.of(), unchecked, "primitives with a gradient row that no sample checks");
  }
}
