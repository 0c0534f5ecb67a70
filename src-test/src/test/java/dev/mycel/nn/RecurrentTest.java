package dev.mycel.nn;

import static dev.mycel.junit.MycelAssertions.assertGradients;
import static dev.mycel.junit.MycelAssertions.assertTrainableOnOneBatch;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.autograd.Autograd;
import dev.mycel.core.ArgumentException;
import dev.mycel.core.DType;
import dev.mycel.core.DTypeException;
import dev.mycel.core.Mycel;
import dev.mycel.core.Ops;
import dev.mycel.core.Pair;
import dev.mycel.core.Random;
import dev.mycel.core.Shape;
import dev.mycel.core.ShapeException;
import dev.mycel.core.Tensor;
import dev.mycel.core.TensorException;
import dev.mycel.junit.MycelTest;
import dev.mycel.nn.layer.GRU;
import dev.mycel.nn.layer.GRUCell;
import dev.mycel.nn.layer.LSTM;
import dev.mycel.nn.layer.LSTMCell;
import dev.mycel.nn.layer.RNN;
import dev.mycel.nn.layer.RNNCell;
import dev.mycel.nn.loss.MSELoss;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@MycelTest
class RecurrentTest {
  @BeforeEach
  void seed() {
    Mycel.setSeed(11);
  }

  private static Tensor x(long... shape) {
    return Random.randn(shape);
  }

  private static void same(Tensor found, Tensor right) {
    assertTrue(found.allClose(right, 1e-5, 1e-6), () -> found + "\n" + right);
  }

  private static Tensor at(Tensor all, long t) {
    return all.narrow(0, t, 1).squeeze(0);
  }

  /** Gives a cell the weights of a layer's first direction. */
  private static void copy(Cell<?, ?> layer, Cell<?, ?> cell) {
    var from = layer.parametersDict();
    cell.parametersAndNames()
        .forEach(n -> n.parameter().setData(from.get(n.name() + "_l0").value()));
  }

  @Test
  void shapesFollowLayersAndDirections() {
    LSTM lstm = LSTM.builder(3, 4).numLayers(2).bidirectional(true).build();
    var out = lstm.call(x(5, 2, 3));
    assertEquals(Shape.of(5, 2, 8), out.first().shape());
    assertEquals(Shape.of(4, 2, 4), out.second().first().shape());
    assertEquals(Shape.of(4, 2, 4), out.second().second().shape());
    GRU gru = GRU.builder(3, 4).batchFirst(true).build();
    assertEquals(Shape.of(2, 5, 4), gru.call(x(2, 5, 3)).first().shape());
    assertEquals(Shape.of(1, 2, 4), gru.call(x(2, 5, 3)).second().shape());
    assertEquals(Shape.of(5, 0, 4), new LSTM(3, 4).call(x(5, 0, 3)).first().shape());
  }

  @Test
  void cellsAreSingleStepsOfTheirLayers() {
    Tensor x = x(4, 2, 3);
    LSTM lstm = new LSTM(3, 5);
    LSTMCell lstmCell = new LSTMCell(3, 5);
    copy(lstm, lstmCell);
    GRU gru = new GRU(3, 5);
    GRUCell gruCell = new GRUCell(3, 5);
    copy(gru, gruCell);
    RNN rnn = RNN.builder(3, 5, "relu").build();
    RNNCell rnnCell = new RNNCell(3, 5, true, "relu", DType.FLOAT32);
    copy(rnn, rnnCell);
    Pair<Tensor, Tensor> hc = new Pair<>(Ops.zeros(2, 5), Ops.zeros(2, 5));
    Tensor g = Ops.zeros(2, 5);
    Tensor r = Ops.zeros(2, 5);
    for (int t = 0; t < 4; t++) {
      hc = lstmCell.call(at(x, t), hc);
      g = gruCell.call(at(x, t), g);
      r = rnnCell.call(at(x, t), r);
      same(at(lstm.call(x).first(), t), hc.first());
      same(at(gru.call(x).first(), t), g);
      same(at(rnn.call(x).first(), t), r);
    }
    same(at(lstm.call(x).second().second(), 0), hc.second());
  }

  @Test
  void manySequencesGiveWhatEachGivesAlone() {
    Tensor x = x(6, 37, 3);
    LSTM lstm = new LSTM(3, 20);
    GRU gru = new GRU(3, 20);
    RNN rnn = new RNN(3, 20);
    for (long n : new long[] {0, 18, 19, 36}) {
      Tensor one = x.narrow(1, n, 1);
      same(lstm.call(x).first().narrow(1, n, 1), lstm.call(one).first());
      same(gru.call(x).first().narrow(1, n, 1), gru.call(one).first());
      same(rnn.call(x).first().narrow(1, n, 1), rnn.call(one).first());
    }
  }

  @Test
  void lengthsCutSequencesAsIfTheyWereShorter() {
    Tensor x = x(5, 3, 2);
    Tensor lengths = Tensor.of(new int[] {5, 2, 3});
    LSTM lstm = LSTM.builder(2, 4).numLayers(2).bidirectional(true).build();
    var out = lstm.call(x, null, lengths);
    for (int n = 0; n < 3; n++) {
      long length = lengths.toIntArray()[n];
      var alone = lstm.call(x.narrow(1, n, 1).narrow(0, 0, length));
      Tensor y = out.first().narrow(1, n, 1);
      same(y.narrow(0, 0, length), alone.first());
      same(out.second().first().narrow(1, n, 1), alone.second().first());
      same(out.second().second().narrow(1, n, 1), alone.second().second());
      assertEquals(0, y.narrow(0, length, 5 - length).abs().sum().item());
    }
  }

  @Test
  void dropoutActsBetweenLayersInTrainingOnly() {
    Tensor x = x(5, 3, 2);
    GRU two = GRU.builder(2, 4).numLayers(2).dropout(0.5).build();
    same(two.call(x).first(), two.call(x).first());
    two.setTrain(true);
    assertFalse(two.call(x).first().allClose(two.call(x).first()));
    GRU one = GRU.builder(2, 4).dropout(0.5).build();
    one.setTrain(true);
    same(one.call(x).first(), one.call(x).first());
  }

  @Test
  void halfPrecisionStaysCloseToSingle() {
    Tensor x = x(7, 20, 6);
    LSTM lstm = new LSTM(6, 16);
    Tensor right = lstm.call(x).first();
    lstm.toFloat(DType.BFLOAT16);
    var out = lstm.call(x);
    assertEquals(DType.BFLOAT16, out.first().dtype());
    assertEquals(DType.BFLOAT16, out.second().second().dtype());
    assertTrue(out.first().cast(DType.FLOAT32).allClose(right, 0, 0.02));
    List<Tensor> grads =
        Autograd.grad((Tensor t) -> lstm.call(t).first().sum(), lstm.trainableParams()).apply(x);
    grads.forEach(g -> assertEquals(DType.FLOAT32, g.dtype()));
  }

  @Test
  void theLastStatesHaveGradients() {
    Tensor x = x(3, 2, 2);
    LSTM lstm = new LSTM(2, 3);
    Tensor byCell = Autograd.grad((Tensor t) -> lstm.call(t).second().second().sum()).apply(x);
    Tensor byHidden = Autograd.grad((Tensor t) -> lstm.call(t).second().first().sum()).apply(x);
    Tensor byOutput = Autograd.grad((Tensor t) -> at(lstm.call(t).first(), 2).sum()).apply(x);
    assertTrue(byCell.abs().sum().item() > 0);
    same(byHidden, byOutput);
  }

  @Test
  void floatsOfDoubleWidthStayDouble() {
    GRU gru = GRU.builder(2, 3).dtype(DType.FLOAT64).build();
    assertEquals(DType.FLOAT64, gru.call(x(3, 2, 2).cast(DType.FLOAT64)).first().dtype());
  }

  @Test
  void wrongArgumentsAreRefused() {
    assertThrows(ArgumentException.class, () -> new LSTM(0, 3));
    assertThrows(ArgumentException.class, () -> new GRUCell(3, 0));
    assertThrows(ArgumentException.class, () -> GRU.builder(2, 3).numLayers(0).build());
    assertThrows(ArgumentException.class, () -> LSTM.builder(2, 3).dropout(1).build());
    assertThrows(ArgumentException.class, () -> LSTM.builder(2, 3).dropout(-0.1).build());
    assertThrows(ArgumentException.class, () -> RNN.builder(2, 3, "gelu"));
  }

  @Test
  void wrongInputsAreRefused() {
    LSTM lstm = new LSTM(2, 3);
    Tensor x = x(4, 5, 2);
    Tensor state = Ops.zeros(1, 5, 3);
    assertThrows(ShapeException.class, () -> lstm.call(x(4, 2)));
    assertThrows(ShapeException.class, () -> lstm.call(x(4, 5, 3)));
    assertThrows(ShapeException.class, () -> lstm.call(x(0, 5, 2)));
    assertThrows(ShapeException.class, () -> lstm.call(x, new Pair<>(state, Ops.zeros(1, 5, 2))));
    assertThrows(ShapeException.class, () -> lstm.call(x, new Pair<>(Ops.zeros(5, 3), state)));
    assertThrows(
        DTypeException.class, () -> lstm.call(x, new Pair<>(state, state.cast(DType.INT32))));
    LSTMCell cell = new LSTMCell(2, 3);
    assertThrows(
        ShapeException.class,
        () -> cell.call(x(5, 2), new Pair<>(Ops.zeros(5, 3), Ops.zeros(4, 3))));
    assertThrows(ShapeException.class, () -> new GRUCell(2, 3).call(x(5, 3), Ops.zeros(5, 3)));
  }

  @Test
  void wrongLengthsAreRefused() {
    GRU gru = new GRU(2, 3);
    Tensor x = x(4, 2, 2);
    assertThrows(ShapeException.class, () -> gru.call(x, null, Tensor.of(new int[] {1, 2, 3})));
    assertThrows(ArgumentException.class, () -> gru.call(x, null, Tensor.of(new int[] {1, 5})));
    assertThrows(ArgumentException.class, () -> gru.call(x, null, Tensor.of(new int[] {0, 4})));
    assertThrows(DTypeException.class, () -> gru.call(x, null, Ops.ones(2)));
  }

  @Test
  void errorsNameThePathOfTheLayer() {
    var net =
        new Cell<Tensor, Tensor>() {
          private final GRU encoder = new GRU(2, 3);

          @Override
          protected Tensor construct(Tensor x) {
            return encoder.call(x).first();
          }
        };
    TensorException e = assertThrows(TensorException.class, () -> net.call(x(4, 2, 5)));
    assertTrue(String.valueOf(e.getMessage()).contains("encoder"), e::getMessage);
  }

  @Test
  void printsAsMindSporeDoes() {
    assertEquals(
        "RNN(\n  (rnn): _DynamicRNNTanh()\n  (dropout_op): Dropout(p=0.3)\n)",
        RNN.builder(2, 3).dropout(0.3).build().toString());
    assertEquals("LSTMCell()", new LSTMCell(2, 3).toString());
  }

  @Test
  void layersHaveTheGradientsOfTheirSteps() {
    assertGradients(new RNNCell(3, 4), x(2, 3), x(2, 4));
    assertGradients(new GRUCell(3, 4), x(2, 3), x(2, 4));
    Tensor input = x(3, 2, 3);
    GRU gru = new GRU(3, 4);
    assertGradients(v -> gru.call(v).first(), input);
    LSTM lstm = LSTM.builder(3, 2).bidirectional(true).build();
    assertGradients(v -> lstm.call(v).first(), input);
    assertTrainableOnOneBatch(new LastState(), new MSELoss(), new Pair<>(x(4, 3, 2), x(3, 4)));
  }

  /** The last output of a GRU. */
  private static final class LastState extends Cell<Tensor, Tensor> {
    private final GRU gru = new GRU(2, 4);

    @Override
    protected Tensor construct(Tensor x) {
      return at(gru.call(x).first(), x.dim(0) - 1).mul(3);
    }
  }
}
