package dev.mycel.autograd.rules;

import dev.mycel.autograd.BatchTable;
import dev.mycel.autograd.JvpTable;
import dev.mycel.autograd.VjpProvider;
import dev.mycel.autograd.VjpTable;

/** The rows of core's primitives. */
public final class BuiltinRows implements VjpProvider {
  /** For the service loader. */
  public BuiltinRows() {}

  @Override
  public void register(VjpTable table) {
    ElementwiseRows.register(table);
    BinaryRows.register(table);
    MovementRows.register(table);
    ReductionRows.register(table);
    ContractionRows.register(table);
    IndexingRows.register(table);
    CompositeRows.register(table);
    RecurrentRows.register(table);
  }

  @Override
  public void register(JvpTable table) {
    ForwardRows.register(table);
  }

  @Override
  public void register(BatchTable table) {
    BatchRules.register(table);
    BatchContractions.register(table);
  }
}
