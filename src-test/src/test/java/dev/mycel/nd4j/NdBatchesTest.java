package dev.mycel.nd4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.DType;
import dev.mycel.core.Pair;
import dev.mycel.core.Shape;
import dev.mycel.core.ShapeException;
import dev.mycel.core.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.ViewIterator;
import org.nd4j.linalg.factory.Nd4j;

/** Data sets of ND4J, on the default backend. */
class NdBatchesTest {
  private static final int ROWS = 10;

  private static INDArray oneHot() {
    INDArray labels = Nd4j.zeros(DataType.FLOAT, ROWS, 3);
    for (int r = 0; r < ROWS; r++) {
      labels.putScalar(r, r % 3, 1);
    }
    return labels;
  }

  private static NdBatches batches(INDArray features, INDArray labels) {
    return NdBatches.of(new DataSet(features, labels), 4);
  }

  private static INDArray images() {
    return Nd4j.arange(ROWS * 8).castTo(DataType.FLOAT).reshape(ROWS, 2, 2, 2);
  }

  private static List<Pair<Tensor, Tensor>> all(NdBatches batches) {
    List<Pair<Tensor, Tensor>> list = new ArrayList<>();
    batches.forEach(list::add);
    return list;
  }

  @Test
  void everyPassGivesAllBatchesInOrder() {
    NdBatches batches = batches(images(), oneHot()).examples(2, 2, 2).sparseLabels();
    for (int pass = 0; pass < 2; pass++) {
      List<Pair<Tensor, Tensor>> list = all(batches);
      assertEquals(List.of(4L, 4L, 2L), list.stream().map(b -> b.first().dim(0)).toList());
      Tensor last = list.get(2).first();
      assertEquals(Shape.of(2, 2, 2, 2), last.shape());
      assertEquals(79, last.toFloatArray()[15]);
      assertEquals(DType.INT32, list.get(1).second().dtype());
      assertArrayEquals(new int[] {1, 2, 0, 1}, list.get(1).second().toIntArray());
    }
  }

  @Test
  void labelsStayAsTheyAreUnlessClassesAreWanted() {
    Pair<Tensor, Tensor> first = batches(images(), oneHot()).iterator().next();
    assertEquals(Shape.of(4, 3), first.second().shape());
  }

  @Test
  void examplesOfAnotherShapeAreRefusedWithTheWayOut() {
    NdBatches wide = batches(Nd4j.ones(DataType.FLOAT, ROWS, 4, 4, 3), oneHot()).examples(3, 4, 4);
    var e = assertThrows(ShapeException.class, () -> wide.iterator().next());
    assertTrue(e.getMessage().contains("channels-last"), e::getMessage);
    NdBatches flat = batches(Nd4j.ones(DataType.FLOAT, ROWS, 48), oneHot()).examples(3, 4, 4);
    var other = assertThrows(ShapeException.class, () -> flat.iterator().next());
    assertTrue(other.getMessage().contains("the examples are flat"), other::getMessage);
  }

  @Test
  void labelsThatAreNotOneHotAreRefused() {
    INDArray smooth = oneHot().mul(0.8).add(0.1);
    NdBatches batches = batches(images(), smooth).sparseLabels();
    var e = assertThrows(ArgumentException.class, () -> batches.iterator().next());
    assertTrue(e.getMessage().contains("a label is not one-hot"), e::getMessage);
    INDArray twice = oneHot();
    twice.putScalar(3, 2, 1);
    var second = batches(images(), twice).sparseLabels().iterator();
    assertTrue(
        assertThrows(ArgumentException.class, second::next).getMessage().contains("example  3"));
    INDArray none = oneHot();
    none.putScalar(2, 2, 0);
    var third = batches(images(), none).sparseLabels().iterator();
    assertTrue(
        assertThrows(ArgumentException.class, third::next).getMessage().contains("example  2"));
  }

  @Test
  void anIteratorOfItsOwnGivesWhatTheDataSetGives() {
    var one = all(NdBatches.of(new ViewIterator(new DataSet(images(), oneHot()), 4)));
    var other = all(batches(images(), oneHot()));
    assertEquals(3, one.size());
    for (int i = 0; i < 3; i++) {
      assertTrue(one.get(i).first().sameAs(other.get(i).first()));
      assertTrue(one.get(i).second().sameAs(other.get(i).second()));
    }
    assertThrows(ArgumentException.class, () -> NdBatches.of(new DataSet(images(), oneHot()), 0));
  }

  @Test
  void imagesInAnyOrderOfMemoryGiveTheSameTensor() {
    INDArray lastAxisFirst = images().permute(0, 2, 3, 1).dup('c').permute(0, 3, 1, 2);
    var plain = all(batches(images(), oneHot()));
    var strided = all(batches(lastAxisFirst, oneHot().dup('f')).examples(2, 2, 2));
    for (int i = 0; i < 3; i++) {
      assertTrue(plain.get(i).first().sameAs(strided.get(i).first()));
      assertTrue(plain.get(i).second().sameAs(strided.get(i).second()));
    }
  }

  @Test
  void masksAreRefused() {
    INDArray mask = Nd4j.ones(DataType.FLOAT, ROWS, 1);
    for (DataSet masked :
        new DataSet[] {
          new DataSet(images(), oneHot(), mask, null), new DataSet(images(), oneHot(), null, mask)
        }) {
      var batches = NdBatches.of(new ViewIterator(masked, ROWS)).iterator();
      var e = assertThrows(ArgumentException.class, batches::next);
      assertTrue(e.getMessage().contains("masks"), e::getMessage);
    }
  }

  @Test
  void arraysWithoutAnAxisOfExamplesAreRefused() {
    INDArray scalar = Nd4j.scalar(DataType.FLOAT, 1);
    for (DataSet batch :
        new DataSet[] {new DataSet(scalar, oneHot()), new DataSet(images(), scalar)}) {
      var batches =
          NdBatches.of(
                  new ViewIterator(new DataSet(images(), oneHot()), 4) {
                    @Override
                    public DataSet next() {
                      return batch;
                    }
                  })
              .iterator();
      assertThrows(ShapeException.class, batches::next);
    }
  }
}
