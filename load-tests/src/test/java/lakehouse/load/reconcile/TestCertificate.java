package lakehouse.load.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.catalog.config.Secret;
import lakehouse.load.reconcile.KeyDifference.ColumnDifference;
import lakehouse.load.reconcile.KeyDifference.Different;
import lakehouse.load.reconcile.Reconciliation.Place;
import lakehouse.load.reconcile.Reconciliation.Result;
import lakehouse.load.reconcile.TableReport.Verdict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestCertificate {
  private static final Secret SHARED = new Secret("a key that is long enough for thirty-two");

  private static final Map<String, Object> STATEMENT =
      Certificate.statement(
          new Result(
              "main",
              "0123456789abcdef",
              List.of(new Place("billing", "7301", 1, "0/16B3748")),
              List.of(
                  new TableReport(
                      "billing",
                      "bill",
                      12_000_000_000L,
                      12_000_000_000L,
                      Verdict.DIFFERENT,
                      1.5,
                      List.of("redacted, so left out: name"),
                      List.of(
                          new Different(
                              "bill_id=9",
                              List.of(new ColumnDifference("amount_rs", "1.50", "1.51")))),
                      true,
                      "aa",
                      "bb",
                      "by silver")),
              List.of()),
          Instant.EPOCH,
          Instant.EPOCH.plusSeconds(9),
          256);

  @TempDir private Path folder;

  @Test
  void standsForWhoHasTheKeyThatSigned() throws Exception {
    Path file = folder.resolve("hmac.json");
    Certificate.write(file, STATEMENT, Optional.of(SHARED));
    assertThat(Certificate.verify(file, SHARED).at("/sources/0/position").asText())
        .isEqualTo("0/16B3748");

    KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    Path signed = folder.resolve("ed25519.json");
    Certificate.write(
        signed, STATEMENT, Optional.of(pem("PRIVATE KEY", pair.getPrivate().getEncoded())));
    assertThat(Files.readString(signed)).contains("Ed25519").doesNotContain("1.51", "bill_id=9");
    assertThat(
            Certificate.verify(signed, pem("PUBLIC KEY", pair.getPublic().getEncoded()))
                .at("/tables/0/rowsInLake")
                .asLong())
        .isEqualTo(12_000_000_000L);

    KeyPair other = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    assertThatThrownBy(
            () -> Certificate.verify(signed, pem("PUBLIC KEY", other.getPublic().getEncoded())))
        .isInstanceOfSatisfying(
            LakeException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.DATA_CHECK))
        .hasMessageContaining("does not stand");
  }

  @Test
  void fallsWithOneChangedFigure() throws Exception {
    Path file = folder.resolve("hmac.json");
    Certificate.write(file, STATEMENT, Optional.of(SHARED));
    String text = Files.readString(file);
    assertThat(text).contains("\"equal\" : false");
    Files.writeString(file, text.replace("\"equal\" : false", "\"equal\" : true"));
    assertThatThrownBy(() -> Certificate.verify(file, SHARED))
        .hasMessageContaining("does not stand: its signature is of another key, or it was changed");
  }

  @Test
  void saysThatItIsUnsigned() throws Exception {
    Path file = folder.resolve("unsigned.json");
    Certificate.write(file, STATEMENT, Optional.empty());
    assertThat(Files.readString(file)).contains("\"algorithm\" : \"unsigned\"");
    assertThatThrownBy(() -> Certificate.verify(file, SHARED))
        .hasMessageContaining("is unsigned: anybody may have written it");
  }

  @Test
  void refusesAKeyThatIsTooShortAndDoesNotRepeatIt() {
    assertThatThrownBy(
            () ->
                Certificate.write(
                    folder.resolve("x.json"), STATEMENT, Optional.of(new Secret("hunter2"))))
        .hasMessageContaining("at least 32 characters")
        .hasMessageNotContaining("hunter2");
  }

  private static Secret pem(String what, byte[] encoded) {
    return new Secret(
        "-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----"
            .formatted(what, Base64.getMimeEncoder().encodeToString(encoded)));
  }
}
