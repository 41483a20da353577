package dev.heddle.containerlauncher.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MasterAddressTest {
  @Test
  void itsLineIsReadAsItWasWritten() {
    MasterAddress address = new MasterAddress(2, "node-7.example.com", 40_123);
    assertEquals("2 node-7.example.com:40123\n", address.line());
    assertEquals(address, MasterAddress.parse(address.line()));
    MasterAddress six = new MasterAddress(1, "fe80::1", 9);
    assertEquals(six, MasterAddress.parse(six.line()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "2", "2 node", "node:7", "2 node:", "x node:7"})
  void whateverElseIsThereIsRefused(String line) {
    assertThrows(IllegalArgumentException.class, () -> MasterAddress.parse(line));
  }
}
