package dev.heddle.containerlauncher.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.List;
import org.junit.jupiter.api.Test;

class HostListTest {
  private static final Order.HostAddress FIRST = new Order.HostAddress("algo-1", "10.0.0.1");
  private static final Order.HostAddress SECOND = new Order.HostAddress("algo-2", "10.0.0.2");

  @Test
  void comesBackFromTheNetworkInOrder() throws Exception {
    HostList list = HostList.of(List.of(FIRST, SECOND));
    assertEquals(list, HostList.unpacked(list.packed()));
    assertEquals(List.of(FIRST, SECOND), HostList.unpacked(list.packed()));
    assertEquals(HostList.NONE, HostList.unpacked(HostList.NONE.packed()));
  }

  @Test
  void isPackedOnce() {
    HostList list = HostList.of(List.of(FIRST, SECOND));
    assertSame(list.packed(), list.packed());
    assertSame(list, HostList.of(list));
  }

  @Test
  void equalListsAloneHaveTheSameMark() throws Exception {
    HostList list = HostList.of(List.of(FIRST, SECOND));
    assertEquals(list.mark(), HostList.unpacked(list.packed()).mark());
    assertNotEquals(list.mark(), HostList.of(List.of(SECOND, FIRST)).mark());
    assertNotEquals(list.mark(), HostList.of(List.of(FIRST)).mark());
    assertEquals("", HostList.NONE.mark());
  }
}
