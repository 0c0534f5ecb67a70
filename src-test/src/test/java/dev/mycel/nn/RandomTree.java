package dev.mycel.nn;

import dev.mycel.core.Ops;
import dev.mycel.core.Tensor;
import dev.mycel.nn.layer.ReLU;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A random tree of cells from a seed: own cells with and without auto prefix, containers, children
 * set and inserted, named, unnamed and tied parameters, buffers, cells that stand in several
 * places.
 */
final class RandomTree {
  private static final int MOST = 200;

  private final Random random;
  private final Random buffers;
  private final List<Cell<Tensor, Tensor>> made = new ArrayList<>();
  private final List<Parameter> parameters = new ArrayList<>();
  private final Root root = new Root();
  private int cells = 1;

  RandomTree(long seed) {
    random = new Random(seed);
    buffers = new Random(~seed); // a sequence of its own: trees stay as they are without them
    int most = 2 + random.nextInt(MOST - 1);
    root.insertParamToCell("first", parameter());
    int n = 0;
    while (cells < most) {
      root.setChild("part" + n++, cell(most, 4));
    }
  }

  Root root() {
    return root;
  }

  /** A cell of the tree. */
  private static class Node extends Cell<Tensor, Tensor> {
    Node(boolean autoPrefix) {
      super(autoPrefix);
    }

    @Override
    protected Tensor construct(Tensor x) {
      return x;
    }
  }

  /** The sum of the squares of all parameters below, times the input. */
  static final class Root extends Node {
    Root() {
      super(true);
    }

    @Override
    protected Tensor construct(Tensor x) {
      Tensor sum = x.sum();
      for (Parameter p : getParameters().toList()) {
        sum = sum.add(p.value().square().sum().mul(x.sum()));
      }
      return sum;
    }
  }

  private Parameter parameter() {
    if (!parameters.isEmpty() && random.nextInt(10) == 0) {
      return parameters.get(random.nextInt(parameters.size()));
    }
    Tensor value = Ops.ones(1 + random.nextInt(3)).mul(random.nextInt(7) - 3);
    Parameter p =
        random.nextBoolean() ? new Parameter(value) : new Parameter(value, "w" + random.nextInt(3));
    parameters.add(p);
    return p;
  }

  private Cell<Tensor, Tensor> cell(int most, int depth) {
    if (!made.isEmpty() && random.nextInt(12) == 0) {
      return made.get(random.nextInt(made.size()));
    }
    cells++;
    Cell<Tensor, Tensor> cell =
        switch (depth == 0 || cells >= most ? 0 : random.nextInt(6)) {
          case 0 -> leaf();
          case 1 -> new SequentialCell(parts(most, depth));
          case 2 -> holding("list", new CellList<>(parts(most, depth)));
          case 3 -> holding("dict", dict(most, depth));
          default -> node(most, depth);
        };
    made.add(cell);
    return cell;
  }

  private Cell<Tensor, Tensor> leaf() {
    if (random.nextInt(4) == 0) {
      return new ReLU();
    }
    Node leaf = new Node(true);
    leaf.insertParamToCell("weight", parameter());
    addBuffers(leaf);
    return leaf;
  }

  private void addBuffers(Node node) {
    for (int i = buffers.nextInt(3); i > 0; i--) {
      Tensor value = Ops.ones(1 + buffers.nextInt(3)).mul(buffers.nextInt(100));
      node.registerBuffer("b" + i, value, buffers.nextInt(4) > 0);
    }
  }

  private Node node(int most, int depth) {
    Node node = new Node(random.nextInt(8) > 0);
    addBuffers(node);
    for (int i = random.nextInt(3); i > 0; i--) {
      node.insertParamToCell("p" + i, parameter());
    }
    for (int i = random.nextInt(5); i > 0 && cells < most; i--) {
      Cell<Tensor, Tensor> child = cell(most, depth - 1);
      if (random.nextInt(8) == 0) {
        node.insertChildToCell("c" + i, child);
      } else {
        node.setChild("c" + i, child);
      }
    }
    return node;
  }

  private Cell<Tensor, Tensor> holding(String name, Cell<?, ?> container) {
    cells++;
    Node node = new Node(true);
    node.setChild(name, container);
    return node;
  }

  private CellDict<Cell<Tensor, Tensor>> dict(int most, int depth) {
    CellDict<Cell<Tensor, Tensor>> dict = new CellDict<>();
    for (Cell<Tensor, Tensor> part : parts(most, depth)) {
      if (!(part instanceof SequentialCell)) {
        dict.put("k" + dict.size(), part);
      }
    }
    return dict;
  }

  private List<Cell<Tensor, Tensor>> parts(int most, int depth) {
    List<Cell<Tensor, Tensor>> parts = new ArrayList<>();
    for (int i = random.nextInt(5); i > 0 && cells < most; i--) {
      parts.add(cell(most, depth - 1));
    }
    return parts;
  }
}
