package lakehouse.catalog.platform;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** Ports of 127.0.0.1. */
final class Ports {
  private Ports() {}

  /** The preferred port if nothing listens there, else any free one; 0 prefers none. */
  static int free(int preferred) {
    try {
      return preferred == 0 ? probe(0) : probe(preferred);
    } catch (IOException taken) {
      try {
        return probe(0);
      } catch (IOException e) {
        throw new UncheckedIOException("No port is free", e);
      }
    }
  }

  private static int probe(int port) throws IOException {
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port));
      return socket.getLocalPort();
    }
  }
}
