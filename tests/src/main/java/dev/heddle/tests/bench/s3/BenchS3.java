package dev.heddle.tests.bench.s3;

import java.io.Closeable;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;

/**
 * An S3 server for benchmarks, on 127.0.0.1: one bucket that can be read only, and that can be as
 * far away and as slow as wanted. A thread for each connection.
 */
final class BenchS3 implements Closeable {
  private static final int BACKLOG = 1024;

  /**
   * How it behaves.
   *
   * @param delay to the first byte of each answer
   * @param bytesPerSecond the most that a connection gets
   * @param keyStore PKCS12 with the server's key: encrypted. Empty: plain
   */
  record Manner(Duration delay, OptionalDouble bytesPerSecond, Optional<KeyFile> keyStore) {}

  /** A key store and its password. */
  record KeyFile(Path file, String password) {}

  /** Waits for the next client. */
  private interface Door extends Closeable {
    Wire next() throws IOException;

    int port() throws IOException;
  }

  private final Door door;
  private final FileChannel content;
  private final Bucket bucket;
  private final Manner manner;

  private BenchS3(Door door, FileChannel content, Bucket bucket, Manner manner) {
    this.door = door;
    this.content = content;
    this.bucket = bucket;
    this.manner = manner;
  }

  /**
   * @param content what the catalogue's objects are slices of
   */
  static BenchS3 start(String bucket, Catalogue catalogue, Path content, Manner manner)
      throws IOException {
    BenchS3 server =
        new BenchS3(
            manner.keyStore().isPresent() ? encrypted(manner.keyStore().get()) : plain(),
            FileChannel.open(content),
            new Bucket(bucket, catalogue),
            manner);
    Thread acceptor = new Thread(server::accept, "acceptor");
    acceptor.setDaemon(true);
    acceptor.start();
    return server;
  }

  URI endpoint() throws IOException {
    return URI.create(
        (manner.keyStore().isPresent() ? "https" : "http") + "://127.0.0.1:" + door.port());
  }

  private void accept() {
    try {
      while (true) {
        Connection connection =
            new Connection(
                door.next(),
                bucket,
                content,
                manner.delay(),
                manner.bytesPerSecond().isPresent()
                    ? Optional.of(new Pace(manner.bytesPerSecond().getAsDouble()))
                    : Optional.empty());
        Thread thread = new Thread(connection, "connection");
        thread.setDaemon(true);
        thread.start();
      }
    } catch (IOException e) {
      // Closed.
    }
  }

  private static Door plain() throws IOException {
    ServerSocketChannel server = ServerSocketChannel.open();
    server.bind(anyPort(), BACKLOG);
    return new Door() {
      @Override
      public Wire next() throws IOException {
        SocketChannel channel = server.accept();
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        return new PlainWire(channel);
      }

      @Override
      public int port() {
        return server.socket().getLocalPort();
      }

      @Override
      public void close() throws IOException {
        server.close();
      }
    };
  }

  private static Door encrypted(KeyFile key) throws IOException {
    SSLServerSocket server =
        (SSLServerSocket) context(key).getServerSocketFactory().createServerSocket();
    server.bind(anyPort(), BACKLOG);
    return new Door() {
      @Override
      public Wire next() throws IOException {
        Socket socket = server.accept();
        socket.setTcpNoDelay(true);
        return new TlsWire(socket);
      }

      @Override
      public int port() {
        return server.getLocalPort();
      }

      @Override
      public void close() throws IOException {
        server.close();
      }
    };
  }

  private static InetSocketAddress anyPort() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  private static SSLContext context(KeyFile key) throws IOException {
    try (InputStream in = new FileInputStream(key.file().toFile())) {
      char[] password = key.password().toCharArray();
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(in, password);
      KeyManagerFactory keys =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keys.init(store, password);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys.getKeyManagers(), null, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IOException("the key store " + key.file() + " can't be used: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() throws IOException {
    try (content) {
      door.close();
    }
  }
}
