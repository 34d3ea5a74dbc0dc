package lakehouse.ingest.preflight;

/** What was found of a database that is asked by queries. */
public record JdbcFindings() implements Findings {}
