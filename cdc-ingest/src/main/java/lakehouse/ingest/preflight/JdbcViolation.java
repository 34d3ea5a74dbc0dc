package lakehouse.ingest.preflight;

/** Something about a database that is asked by queries that stops its capture. */
public record JdbcViolation(String cause, String evidence, String remedy) implements Violation {}
