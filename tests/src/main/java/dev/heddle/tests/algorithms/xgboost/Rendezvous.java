package dev.heddle.tests.algorithms.xgboost;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * Where the elected host tells its peers on which port XGBoost's tracker listens.
 *
 * <p>The tracker takes any free port, because it can't bind a given one again for a minute after
 * its last connections closed, and a job may be started anew sooner. And peers that are refused
 * here ask again at once, where XGBoost itself waits for two seconds, then four, and so on.
 */
final class Rendezvous implements AutoCloseable {
  private static final Duration BETWEEN_TRIES = Duration.ofMillis(100);
  private static final int PATIENCE_MILLIS = 5000;

  private final ServerSocket door;

  private Rendezvous(ServerSocket door) {
    this.door = door;
  }

  /** Answers whoever asks with the tracker's port, until closed. */
  static Rendezvous open(InetAddress address, int port, int trackerPort) throws IOException {
    ServerSocket door = new ServerSocket();
    door.setReuseAddress(true);
    door.bind(new InetSocketAddress(address, port));
    byte[] answer = (trackerPort + "\n").getBytes(StandardCharsets.US_ASCII);
    Thread porter = new Thread(() -> answer(door, answer), "rendezvous");
    porter.setDaemon(true);
    porter.start();
    return new Rendezvous(door);
  }

  private static void answer(ServerSocket door, byte[] answer) {
    while (!door.isClosed()) {
      try (Socket peer = door.accept()) {
        peer.getOutputStream().write(answer);
      } catch (IOException e) {
        // A peer that went away asks again; a closed door ends the loop.
      }
    }
  }

  /**
   * Asks until the elected host answers.
   *
   * @param deadline of {@link System#nanoTime}
   * @throws IOException when nobody answered by then
   */
  static int ask(InetAddress address, int port, long deadline)
      throws IOException, InterruptedException {
    while (true) {
      try (Socket socket = new Socket()) {
        socket.connect(new InetSocketAddress(address, port), PATIENCE_MILLIS);
        socket.setSoTimeout(PATIENCE_MILLIS);
        String answer =
            new BufferedReader(
                    new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
                .readLine();
        return Integer.parseInt(String.valueOf(answer));
      } catch (IOException | NumberFormatException e) {
        if (System.nanoTime() - deadline >= 0) {
          throw new IOException("no answer from " + address + " port " + port, e);
        }
        Thread.sleep(BETWEEN_TRIES.toMillis());
      }
    }
  }

  @Override
  public void close() throws IOException {
    door.close();
  }
}
