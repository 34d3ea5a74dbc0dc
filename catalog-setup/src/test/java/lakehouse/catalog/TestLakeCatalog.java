package lakehouse.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.util.Map;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.catalog.config.CatalogConfig;
import org.junit.jupiter.api.Test;

class TestLakeCatalog {
  @Test
  void aCatalogThatDoesNotAnswerIsNoDefect() throws IOException {
    int unused;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      unused = socket.getLocalPort();
    }
    CatalogConfig config =
        new CatalogConfig(
            URI.create("http://127.0.0.1:%d/api/v2".formatted(unused)),
            "main",
            "file:///tmp",
            Map.of());
    assertThatThrownBy(
            () -> {
              try (LakeCatalog catalog = LakeCatalog.open(config)) {
                catalog.reference("main");
              }
            })
        .isInstanceOfSatisfying(
            LakeException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.PREFLIGHT))
        .hasMessageContaining("The catalog does not answer at http://127.0.0.1:" + unused);
  }
}
