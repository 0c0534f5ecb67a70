package dev.mycel.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The device is chosen once. */
class DeviceChoiceTest {
  @BeforeEach
  void asInAFreshProcess() {
    Interpreters.root().forgetDevice();
  }

  @AfterEach
  void onTheDefaultBackend() {
    Interpreters.root().forgetDevice();
    Mycel.setBackend("onednn");
  }

  @Test
  void theSameDeviceMayBeChosenAgain() {
    Mycel.setDevice("CPU");
    Mycel.setDevice("cpu", 0);
    assertEquals("CPU", Mycel.device().target());
    assertEquals("CPU", Ops.zeros(2).device().target());
    Mycel.setDevice("CPU");
  }

  @Test
  void anotherDeviceIsRefusedAfterTheFirstWasChosen() {
    Mycel.setDevice("CPU");
    var e = assertThrows(DeviceException.class, () -> Mycel.setDevice("GPU"));
    assertTrue(e.getMessage().startsWith("setDevice: the device cannot change"), e.getMessage());
    assertEquals("CPU", Mycel.device().target());
  }

  @Test
  void anotherDeviceIsRefusedAfterTheDefaultWasUsed() {
    Ops.zeros(2);
    var e = assertThrows(DeviceException.class, () -> Mycel.setDevice("Ascend"));
    assertTrue(e.getMessage().startsWith("setDevice: the device cannot change"), e.getMessage());
    assertThrows(DeviceException.class, () -> Mycel.setDevice("CPU", 1));
  }

  @Test
  void aDeviceThatIsNotThereIsRefusedWithAllThatIs() {
    var e = assertThrows(DeviceException.class, () -> Mycel.setDevice("GPU"));
    assertTrue(e.getMessage().startsWith("setDevice: GPU:0 is not available"), e.getMessage());
    assertTrue(e.getMessage().contains("reference  CPU, available"), e.getMessage());
    assertTrue(e.getMessage().contains("Ascend  not available"), e.getMessage());
    assertThrows(DeviceException.class, () -> Mycel.setDevice("CPU", 1));
    Mycel.setDevice("CPU");
  }

  @Test
  void aRefusedChoiceChoosesNothing() {
    assertThrows(DeviceException.class, () -> Mycel.setDevice("Ascend", 3));
    assertThrows(ArgumentException.class, () -> Mycel.setDevice("TPU"));
    assertThrows(ArgumentException.class, () -> Mycel.setDevice("CPU", -1));
    Mycel.setDevice("CPU");
  }

  @Test
  void backendsOfOneDeviceMayBeExchanged() {
    Mycel.setDevice("CPU");
    Mycel.setBackend("reference");
    Mycel.setDevice("CPU");
    assertEquals("reference", Mycel.backend());
    Mycel.setBackend("onednn");
    assertEquals("onednn", Mycel.backend());
  }

  @Test
  void tensorsOutliveAForgottenChoice() {
    Mycel.setBackend("reference");
    Tensor x = Ops.ones(3);
    Interpreters.root().forgetDevice();
    assertEquals(3, x.sum().item());
  }

  @Test
  void theModeIsEager() {
    assertEquals(Mycel.Mode.PYNATIVE_MODE, Mycel.mode());
    Mycel.setContext(Mycel.Mode.PYNATIVE_MODE);
    var e = assertThrows(ArgumentException.class, () -> Mycel.setContext(Mycel.Mode.GRAPH_MODE));
    assertTrue(e.getMessage().contains("eager mode"), e.getMessage());
    assertEquals(Mycel.Mode.PYNATIVE_MODE, Mycel.mode());
  }
}
