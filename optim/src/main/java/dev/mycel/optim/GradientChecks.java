package dev.mycel.optim;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.DTypeException;
import dev.mycel.core.Messages;
import dev.mycel.core.ShapeException;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Parameter;
import java.util.List;

/** Refuses gradients that do not fit their parameters, before anything changes. */
final class GradientChecks {
  private GradientChecks() {}

  static void check(String op, List<Parameter> parameters, List<Tensor> gradients) {
    if (gradients.size() != parameters.size()) {
      throw new ArgumentException(
          Messages.of(op + ": there must be one gradient for each parameter")
              .line("parameters", parameters.size())
              .line("gradients ", gradients.size())
              .hint("derive by optimizer.parameters(): valueAndGrad(f, optimizer.parameters())")
              .text());
    }
    for (int i = 0; i < parameters.size(); i++) {
      checkOne(op, i, parameters.get(i), gradients.get(i));
    }
  }

  private static void checkOne(String op, int i, Parameter p, Tensor gradient) {
    if (gradient == null) {
      throw new ArgumentException(
          Messages.of(op + ": gradient " + i + " is null").line("parameter", p).text());
    }
    if (!gradient.shape().equals(p.shape())) {
      throw new ShapeException(
          Messages.of(op + ": gradient " + i + " has another shape than its parameter")
              .line("parameter", p)
              .line("gradient ", gradient.type())
              .hint("gradients come in the order of optimizer.parameters()")
              .text());
    }
    if (!gradient.dtype().isFloat()) {
      throw new DTypeException(
          Messages.of(op + ": gradient " + i + " is not of a floating-point type")
              .line("parameter", p)
              .line("gradient ", gradient.type())
              .text());
    }
  }
}
