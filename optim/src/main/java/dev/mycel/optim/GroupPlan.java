package dev.mycel.optim;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.DTypeException;
import dev.mycel.core.Messages;
import dev.mycel.nn.Parameter;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Works out from a builder which parameters there are, in which order, and what holds for each. */
final class GroupPlan {
  /**
   * A parameter and its settings.
   *
   * @param rateName the name of the parameter that keeps its learning rate
   */
  record Member(
      Parameter parameter,
      String rateName,
      StepValue rate,
      StepValue weightDecay,
      boolean centralize) {}

  private static final StepValue NO_DECAY = new StepValue.Constant(0);

  private GroupPlan() {}

  /** The parameters in the order of their gradients. */
  static List<Member> of(OptimizerBuilder<?> builder) {
    Map<Parameter, Member> members = new IdentityHashMap<>();
    List<Member> inOrder = new ArrayList<>();
    ParamGroup order = null;
    for (int i = 0; i < builder.groups.size(); i++) {
      ParamGroup group = builder.groups.get(i);
      if (group.isOrder) {
        if (order != null) {
          throw new ArgumentException(builder.op + ": there are two orders of the parameters");
        }
        order = group;
        continue;
      }
      for (Parameter p : group.params) {
        Member member = member(builder, group, i, p);
        if (members.put(p, member) != null) {
          throw twice(builder.op, p);
        }
        inOrder.add(member);
      }
    }
    if (inOrder.isEmpty()) {
      throw noParameters(builder.op);
    }
    checkLengths(builder.op, inOrder);
    return order == null ? List.copyOf(inOrder) : ordered(builder.op, order, members);
  }

  private static Member member(
      OptimizerBuilder<?> builder, ParamGroup group, int index, Parameter p) {
    if (!p.dtype().isFloat()) {
      throw new DTypeException(
          Messages.of(builder.op + ": only floating-point parameters can be trained")
              .line("found", p)
              .hint("leave it out; cell.trainableParams() lists those that requireGrad")
              .text());
    }
    StepValue rate = group.lr;
    StepValue decay = group.weightDecay != null ? group.weightDecay : builder.weightDecay;
    return new Member(
        p,
        rate == null ? "learning_rate" : "learning_rate_group_" + index,
        rate == null ? builder.requiredLearningRate() : rate,
        builder.grouped || builder.decaysAll || decaysByName(p.name()) ? decay : NO_DECAY,
        Boolean.TRUE.equals(group.gradCentralization));
  }

  /** MindSpore's filter: shifts and scales of normalisations are not pulled to zero. */
  private static boolean decaysByName(String name) {
    return !name.contains("beta") && !name.contains("gamma");
  }

  private static List<Member> ordered(String op, ParamGroup order, Map<Parameter, Member> members) {
    List<Member> sorted = new ArrayList<>();
    for (Parameter p : order.params) {
      Member member = members.remove(p);
      if (member == null) {
        throw new ArgumentException(
            Messages.of(op + ": the order names a parameter twice or one that is in no group")
                .line("parameter", p)
                .hint("name every parameter of the groups once")
                .text());
      }
      sorted.add(member);
    }
    if (!members.isEmpty()) {
      throw new ArgumentException(
          Messages.of(op + ": the order leaves parameters out")
              .line("in the order  ", sorted.size())
              .line("in the groups ", sorted.size() + members.size())
              .line("not in order  ", members.keySet().iterator().next())
              .hint("name every parameter of the groups once")
              .text());
    }
    return List.copyOf(sorted);
  }

  private static void checkLengths(String op, List<Member> members) {
    int length = -1;
    for (Member m : members) {
      if (m.rate() instanceof StepValue.PerStep list) {
        int size = list.values().size();
        if (length >= 0 && size != length) {
          throw new ArgumentException(
              Messages.of(op + ": lists of learning rates must be equally long")
                  .line("one    ", length)
                  .line("another", size)
                  .text());
        }
        length = size;
      }
    }
  }

  /** A copy of the list without nulls or repetitions. */
  static List<Parameter> checkedList(String op, @Nullable List<? extends Parameter> parameters) {
    if (parameters == null || parameters.isEmpty()) {
      throw noParameters(op);
    }
    Map<Parameter, Boolean> seen = new IdentityHashMap<>();
    List<Parameter> list = new ArrayList<>();
    for (Parameter p : parameters) {
      if (p == null) {
        throw new ArgumentException(op + ": parameter " + list.size() + " is null");
      }
      if (seen.put(p, true) != null) {
        throw twice(op, p);
      }
      list.add(p);
    }
    return List.copyOf(list);
  }

  private static ArgumentException noParameters(String op) {
    return new ArgumentException(
        Messages.of(op + ": there are no parameters to train")
            .hint("pass net.trainableParams(); it is empty if every parameter is frozen")
            .text());
  }

  private static ArgumentException twice(String op, Parameter p) {
    return new ArgumentException(
        Messages.of(op + ": a parameter is there twice")
            .line("parameter", p)
            .hint("each belongs to one group, once")
            .text());
  }
}
