package lakehouse.load.reconcile;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.config.SecretReferences;
import lakehouse.catalog.platform.DataFolder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lake reconcile verify}: whether a certificate is what was signed. */
@Command(
    name = "verify",
    description = "Verifies a certificate: that it was signed with the key, and is as it was then.",
    footer = {
      "",
      "Exit code 0: it stands, and all tables were equal; 4: it does not, or they were not."
    })
final class VerifyCommand implements Callable<Integer> {
  @Parameters(paramLabel = "CERTIFICATE", description = "the file")
  private Path certificate = Path.of("");

  @Option(
      names = "--key",
      paramLabel = "REFERENCE",
      required = true,
      description =
          "the Ed25519 public key as PEM, or the shared key: $${env:NAME} or $${file:/path}")
  private String key = "";

  @Override
  public Integer call() throws IOException {
    JsonNode statement =
        Certificate.verify(
            certificate, SecretReferences.resolve("--key", key, DataFolder.of(Optional.empty())));
    boolean equal = statement.path("equal").asBoolean();
    System.out.printf(
        "The certificate stands: %s at %s, %s.%n",
        statement.path("reference").asText(),
        statement.path("catalogHash").asText(),
        equal ? "all tables equal" : "NOT all tables equal");
    statement
        .path("sources")
        .forEach(
            source ->
                System.out.printf(
                    "  %s: server %s, timeline %d, position %s%n",
                    source.path("source").asText(),
                    source.path("systemIdentifier").asText(),
                    source.path("timeline").asInt(),
                    source.path("position").asText()));
    return (equal ? ExitCode.DONE : ExitCode.DATA_CHECK).value();
  }
}
