package lakehouse.load.models;

import static java.util.stream.Collectors.joining;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The models that are measured, for the engine and for DuckDB. */
final class ReadingModels {
  private ReadingModels() {}

  /** What the current state holds, in one line that is equal where the tables are. */
  static final String SILVER_SUM =
      sums(
          "count(*)",
          "sum(energy)",
          "sum(place_id * quality)",
          "sum(CASE WHEN status = 'corrected' THEN energy END)",
          "sum(quality * date_part('hour', read_at))",
          "sum(quality * date_part('minute', received_at))",
          "sum(quality * date_part('doy', read_at))");

  /** What the days hold. */
  static final String GOLD_SUM =
      sums(
          "count(*)",
          "sum(energy)",
          "sum(place_id * readings)",
          "sum(readings * date_part('doy', day))");

  // in words that both dialects have
  private static String sums(String... values) {
    return Stream.of(values)
        .map("CAST(%s AS STRING)"::formatted)
        .collect(joining(", ", "SELECT concat_ws(' ', ", ") AS content FROM %s"));
  }

  /** Writes the model of the days of a source. */
  static void write(Path folder, String source) throws IOException {
    Path gold = Files.createDirectories(folder.resolve("gold").resolve(source));
    Files.writeString(
        gold.resolve("daily.sql"),
        """
        /*
        description: Energy of a place on a day
        materialized: touched_partitions
        unique_key: [day, place_id]
        partition_by: day
        inputs:
          silver.${source}.reading: {reach: to_date(read_at)}
        */
        SELECT
          to_date(read_at) AS day,
          place_id,
          sum(energy) AS energy,
          count(*) AS readings
        FROM ${ref('silver.${source}.reading')}
        GROUP BY to_date(read_at), place_id
        """
            .replace("${source}", source));
  }

  /** The current state, made by DuckDB from the log's files. */
  static String silver(List<String> files, Path into) {
    return """
        COPY (
          SELECT place_id, read_at, last.energy, last.quality, last.status, last.received_at
          FROM (
            SELECT place_id, read_at, arg_max(
              {op: _op, energy: energy, quality: quality, status: status, received_at: received_at},
              {epoch: _epoch, lsn: _commit_lsn, seq: _seq}) AS last
            FROM read_parquet([%1$s])
            WHERE _op NOT IN ('l', 't', 'p') AND (_epoch, _commit_lsn, _seq) > (
              SELECT max((_epoch, _commit_lsn, _seq)) FROM read_parquet([%1$s]) WHERE _op IN ('l', 't'))
            GROUP BY place_id, read_at
          )
          WHERE last.op <> 'd'
        ) TO '%2$s' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)
        """
        .formatted(files.stream().map(f -> "'" + f + "'").collect(joining(", ")), into);
  }

  /** The days, made by DuckDB from its own current state. */
  static String gold(Path silver, Path into) {
    return """
        COPY (
          SELECT read_at::DATE AS day, place_id, sum(energy) AS energy, count(*) AS readings
          FROM read_parquet('%s')
          GROUP BY ALL
        ) TO '%s' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)
        """
        .formatted(silver, into);
  }
}
