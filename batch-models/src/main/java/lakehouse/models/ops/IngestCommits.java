package lakehouse.models.ops;

import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.table.Layer;
import lakehouse.catalog.table.OpsTables;
import org.apache.iceberg.catalog.TableIdentifier;
import org.projectnessie.error.NessieNotFoundException;
import org.projectnessie.model.CommitMeta;
import org.projectnessie.model.LogResponse;

/**
 * Makes {@code ops.ingest_commit} from the catalog's log: what each commit of the ingest held, by
 * the facts that the ingest keeps with it. So the ingest itself writes no table of the audit trail,
 * and never waits for one.
 */
public final class IngestCommits {
  /** Up to which commit the table is made: a property of the table. */
  private static final String HASH_PROPERTY = "lakehouse.catalog-hash";

  private static final String FACT = "lakehouse.";
  private static final String ROWS = FACT + "rows.";

  private final LakeCatalog main;
  private final OpsRows ops;

  /**
   * @param main the catalog whose log is read
   * @param ops the audit trail to write to
   */
  public IngestCommits(LakeCatalog main, OpsRows ops) {
    this.main = main;
    this.ops = ops;
  }

  /** Adds what is new in the log up to a hash of the published branch. */
  public void upTo(String hash) {
    String known =
        ops.properties(OpsTables.INGEST_COMMIT).getOrDefault(HASH_PROPERTY, "the very first");
    List<Map<String, Object>> rows = new ArrayList<>();
    try (Stream<LogResponse.LogEntry> log =
        main.nessie().getCommitLog().refName(main.config().reference()).hashOnRef(hash).stream()) {
      log.map(LogResponse.LogEntry::getCommitMeta)
          .takeWhile(commit -> !known.equals(commit.getHash()))
          .forEach(commit -> rows.addAll(rows(commit)));
    } catch (NessieNotFoundException e) {
      throw new IllegalStateException("The branch is gone: " + e.getMessage(), e);
    }
    ops.append(OpsTables.INGEST_COMMIT, rows, Map.of(HASH_PROPERTY, hash));
  }

  /** A row for each table that a commit of the ingest touched. */
  static List<Map<String, Object>> rows(CommitMeta commit) {
    Map<String, String> facts = new LinkedHashMap<>(commit.getProperties());
    List<Map<String, Object>> rows = new ArrayList<>();
    for (Map.Entry<String, String> fact : facts.entrySet()) {
      if (!fact.getKey().startsWith(ROWS)) {
        continue;
      }
      String table = fact.getKey().substring(ROWS.length());
      String source = facts.get(FACT + "source");
      Map<String, Object> row = new HashMap<>();
      row.put("source", source);
      row.put("epoch", Integer.parseInt(facts.get(FACT + "epoch")));
      row.put("run", facts.get(FACT + "run"));
      row.put("from_position", Long.parseLong(facts.get(FACT + "from")));
      row.put("to_position", Long.parseLong(facts.get(FACT + "to")));
      row.put("table_name", TableIdentifier.of(Layer.BRONZE.namespace(source), table).toString());
      row.put("rows", Long.parseLong(fact.getValue()));
      row.put("digest", facts.get(FACT + "digest." + table));
      row.put("lsn", Long.parseUnsignedLong(facts.get(FACT + "lsn")));
      row.put("committed_at", commit.getCommitTime().atOffset(ZoneOffset.UTC));
      row.put("catalog_hash", commit.getHash());
      rows.add(row);
    }
    return rows;
  }
}
