package dev.heddle.pipemode.s3;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import javax.net.ServerSocketFactory;

/** Answers each request on each connection with the next of the given texts. */
final class ScriptedServer implements AutoCloseable {
  private final ServerSocket socket;
  private final List<String> answers;
  private final List<String> requests = Collections.synchronizedList(new ArrayList<>());
  private final List<Integer> connections = Collections.synchronizedList(new ArrayList<>());
  private int next;

  /**
   * @param answers one that ends in CLOSE is followed by the end of the connection, one that ends
   *     in HANG by nothing
   */
  ScriptedServer(ServerSocketFactory factory, String... answers) throws IOException {
    socket = factory.createServerSocket(0, 10, InetAddress.getLoopbackAddress());
    this.answers = List.of(answers);
    Thread thread = new Thread(this::serve);
    thread.setDaemon(true);
    thread.start();
  }

  URI uri(String path) {
    return URI.create("http://127.0.0.1:" + socket.getLocalPort() + path);
  }

  /** The requests so far, with line feeds alone. */
  List<String> requests() {
    return requests;
  }

  /** On which connection, from 1, each request came. */
  List<Integer> connections() {
    return connections;
  }

  private void serve() {
    int connection = 0;
    while (!socket.isClosed()) {
      try (Socket client = socket.accept()) {
        connection++;
        serve(client, connection);
      } catch (IOException e) {
        // The test sees what came of it.
      }
    }
  }

  private void serve(Socket client, int connection) throws IOException {
    BufferedReader in =
        new BufferedReader(
            new InputStreamReader(client.getInputStream(), StandardCharsets.ISO_8859_1));
    OutputStream out = client.getOutputStream();
    while (true) {
      StringBuilder request = new StringBuilder();
      int length = 0;
      for (String line = in.readLine(); !"".equals(line); line = in.readLine()) {
        if (line == null) {
          return;
        }
        request.append(line).append('\n');
        if (line.startsWith("Content-Length: ")) {
          length = Integer.parseInt(line.substring(16));
        }
      }
      for (int i = 0; i < length; i++) {
        request.append((char) in.read());
      }
      requests.add(request.toString());
      connections.add(connection);
      String answer = answers.get(next++);
      boolean hang = answer.endsWith("HANG");
      boolean close = answer.endsWith("CLOSE");
      String text = answer.replaceAll("(HANG|CLOSE)$", "");
      out.write(text.getBytes(StandardCharsets.ISO_8859_1));
      out.flush();
      if (hang) {
        // Until the client goes away.
        int unused = in.read();
      }
      if (hang || close) {
        return;
      }
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
