package lakehouse.load.reconcile;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.catalog.config.Secret;
import lakehouse.load.reconcile.Reconciliation.Result;

/**
 * What a comparison found, for those who were not there: a statement as JSON, and a signature over
 * its canonical text, which has its keys in order and no blanks. An Ed25519 key signs so that the
 * public key verifies; any other key of 32 characters or more by HMAC-SHA-256. Without a key it
 * says that it is unsigned. No row's value stands in it.
 */
final class Certificate {
  private static final String ED25519 = "Ed25519";
  private static final String HMAC = "HMAC-SHA-256";
  private static final String UNSIGNED = "unsigned";
  private static final int SHORTEST_KEY = 32;

  private static final JsonMapper CANONICAL =
      JsonMapper.builder()
          .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
          .enable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
          .enable(DeserializationFeature.USE_BIG_INTEGER_FOR_INTS)
          .build();

  private Certificate() {}

  /** The statement of a result. */
  static Map<String, Object> statement(Result result, Instant from, Instant to, int buckets) {
    Map<String, Object> statement = new LinkedHashMap<>();
    statement.put("format", "lakehouse.reconcile/1");
    statement.put("began", from.toString());
    statement.put("ended", to.toString());
    statement.put("reference", result.reference());
    statement.put("catalogHash", result.hash());
    statement.put("buckets", buckets);
    statement.put("equal", result.equal());
    statement.put(
        "sources",
        result.places().stream()
            .map(
                place ->
                    Map.of(
                        "source", place.source(),
                        "systemIdentifier", place.systemIdentifier(),
                        "timeline", place.timeline(),
                        "position", place.position()))
            .toList());
    statement.put("tables", result.tables().stream().map(Certificate::table).toList());
    statement.put("notCompared", result.leftOut());
    return statement;
  }

  private static Map<String, Object> table(TableReport table) {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("source", table.source());
    facts.put("table", table.table());
    facts.put("verdict", table.verdict().name().toLowerCase(java.util.Locale.ROOT));
    facts.put("rowsInSource", table.rowsInSource());
    facts.put("rowsInLake", table.rowsInLake());
    facts.put("digestInSource", table.digestInSource());
    facts.put("digestInLake", table.digestInLake());
    facts.put("basis", table.basis());
    facts.put("notes", table.notes());
    facts.put("differences", table.differences().size());
    facts.put("allDifferences", table.allDifferences());
    return facts;
  }

  /** Writes the certificate. */
  static void write(Path file, Map<String, Object> statement, Optional<Secret> key)
      throws IOException {
    Map<String, Object> certificate = new LinkedHashMap<>();
    certificate.put("statement", statement);
    String text = canonical(CANONICAL.valueToTree(statement));
    certificate.put(
        "signature",
        key.map(secret -> sign(text, secret.reveal()))
            .orElseGet(() -> Map.of("algorithm", UNSIGNED)));
    Files.writeString(
        file,
        JsonMapper.builder()
                .enable(SerializationFeature.INDENT_OUTPUT)
                .build()
                .writeValueAsString(certificate)
            + "\n");
  }

  /**
   * Verifies a certificate.
   *
   * @param key of the algorithm that it names: the public key, or the shared one
   * @return the statement
   * @throws LakeException if it is unsigned, or its signature is of another key or another
   *     statement
   */
  static JsonNode verify(Path file, Secret key) throws IOException {
    JsonNode certificate = read(file);
    JsonNode statement = certificate.path("statement");
    String algorithm = certificate.path("signature").path("algorithm").asText();
    String value = certificate.path("signature").path("value").asText();
    String text = canonical(statement);
    boolean genuine =
        switch (algorithm) {
          case ED25519 -> verified(text, key.reveal(), value);
          case HMAC ->
              !isPem(key.reveal())
                  && MessageDigest.isEqual(
                      hmac(text, key.reveal()).getBytes(StandardCharsets.US_ASCII),
                      value.getBytes(StandardCharsets.US_ASCII));
          case UNSIGNED ->
              throw new LakeException(
                  ExitCode.DATA_CHECK,
                  "%s is unsigned: anybody may have written it.".formatted(file));
          default ->
              throw new LakeException(
                  ExitCode.DATA_CHECK, "%s names no signature that is known here.".formatted(file));
        };
    if (!genuine) {
      throw new LakeException(
          ExitCode.DATA_CHECK,
          "%s does not stand: its signature is of another key, or it was changed since."
              .formatted(file));
    }
    return statement;
  }

  private static JsonNode read(Path file) throws IOException {
    try {
      return CANONICAL.readTree(file.toFile());
    } catch (JsonProcessingException e) {
      throw new LakeException(
          ExitCode.DATA_CHECK, "%s is no certificate: it is no JSON.".formatted(file), e);
    }
  }

  private static String canonical(JsonNode statement) throws JsonProcessingException {
    return CANONICAL.writeValueAsString(sorted(statement));
  }

  private static Object sorted(JsonNode node) {
    if (node instanceof ObjectNode object) {
      Map<String, Object> sorted = new TreeMap<>();
      for (Map.Entry<String, JsonNode> entry : object.properties()) {
        sorted.put(entry.getKey(), sorted(entry.getValue()));
      }
      return sorted;
    }
    if (node.isArray()) {
      List<Object> values = new ArrayList<>();
      for (JsonNode value : node) {
        values.add(sorted(value));
      }
      return values;
    }
    return node;
  }

  private static Map<String, String> sign(String text, String key) {
    if (!isPem(key)) {
      if (key.length() < SHORTEST_KEY) {
        throw new LakeException(
            ExitCode.CONFIGURATION,
            "The signing key must have at least %d characters, or be an Ed25519 private key as PEM."
                .formatted(SHORTEST_KEY));
      }
      return Map.of("algorithm", HMAC, "value", hmac(text, key));
    }
    try {
      Signature signature = Signature.getInstance(ED25519);
      signature.initSign(
          KeyFactory.getInstance(ED25519).generatePrivate(new PKCS8EncodedKeySpec(pem(key))));
      signature.update(text.getBytes(StandardCharsets.UTF_8));
      return Map.of(
          "algorithm", ED25519, "value", Base64.getEncoder().encodeToString(signature.sign()));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw unusable(e);
    }
  }

  private static boolean verified(String text, String key, String value) {
    try {
      Signature signature = Signature.getInstance(ED25519);
      signature.initVerify(
          KeyFactory.getInstance(ED25519).generatePublic(new X509EncodedKeySpec(pem(key))));
      signature.update(text.getBytes(StandardCharsets.UTF_8));
      return signature.verify(Base64.getDecoder().decode(value));
    } catch (java.security.SignatureException e) {
      return false;
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw unusable(e);
    }
  }

  private static LakeException unusable(Exception e) {
    return new LakeException(
        ExitCode.CONFIGURATION,
        """
        The key is no Ed25519 key as PEM (%s). Signing takes the private one (`openssl genpkey -algorithm ed25519`), \
        verifying the public one (`openssl pkey -pubout`)."""
            .formatted(e.getClass().getSimpleName()),
        e);
  }

  private static String hmac(String text, String key) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      return Base64.getEncoder().encodeToString(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Every Java has HMAC-SHA-256", e);
    }
  }

  private static boolean isPem(String key) {
    return key.contains("-----BEGIN ");
  }

  private static byte[] pem(String key) {
    return Base64.getMimeDecoder().decode(key.replaceAll("-----[A-Z ]+-----", ""));
  }
}
