package lakehouse.ingest.preflight;

/** What stops the engine flink-cdc: the limits of its connector. */
public sealed interface FlinkCdcViolation extends Violation {
  record Keyless(String table, boolean deferrable) implements FlinkCdcViolation {
    @Override
    public String cause() {
      return "The engine flink-cdc cannot capture a table without a primary key.";
    }

    @Override
    public String evidence() {
      return deferrable
          ? "the primary key of %s is deferrable, and so identifies no row".formatted(table)
          : "%s has no primary key".formatted(table);
    }

    @Override
    public String remedy() {
      return deferrable
          ? "Replace the key by one that is NOT DEFERRABLE, or name the table under `exclude`."
          : "ALTER TABLE %s ADD PRIMARY KEY (<columns>); -- or name it under `exclude`"
              .formatted(table);
    }
  }

  record Partitioned(String table) implements FlinkCdcViolation {
    @Override
    public String cause() {
      return "The engine flink-cdc does not see a partitioned table, only its partitions.";
    }

    @Override
    public String evidence() {
      return "%s is partitioned".formatted(table);
    }

    @Override
    public String remedy() {
      return "Name the table under `exclude`; its partitions can be captured as tables of their own.";
    }
  }

  record UnfitReplicaIdentity(String table, char identity) implements FlinkCdcViolation {
    @Override
    public String cause() {
      return "Changes of a table do not carry its primary key.";
    }

    @Override
    public String evidence() {
      return "the replica identity of %s is %s"
          .formatted(table, identity == 'n' ? "NOTHING" : "an index");
    }

    @Override
    public String remedy() {
      return "ALTER TABLE %s REPLICA IDENTITY DEFAULT;".formatted(table);
    }
  }

  record GeneratedColumn(String table, String column) implements FlinkCdcViolation {
    @Override
    public String cause() {
      return "A generated column is in the load but not in the changes, so it would become null.";
    }

    @Override
    public String evidence() {
      return "%s.%s is generated".formatted(table, column);
    }

    @Override
    public String remedy() {
      return "Name the table under `exclude`, or make the column a plain one: ALTER TABLE %s ALTER COLUMN %s DROP EXPRESSION;"
          .formatted(table, Sql.identifier(column));
    }
  }

  record UnfitType(String table, String column, String type) implements FlinkCdcViolation {
    @Override
    public String cause() {
      return "The engine flink-cdc cannot capture a column of this type.";
    }

    @Override
    public String evidence() {
      String name = type.startsWith("_") ? type.substring(1) + "[]" : type;
      return "%s.%s is of type %s".formatted(table, column, name);
    }

    @Override
    public String remedy() {
      return "Name the table under `exclude`.";
    }
  }

  record InexactTime(String table, String column) implements FlinkCdcViolation {
    @Override
    public String cause() {
      return "The engine flink-cdc loads a time without its microseconds.";
    }

    @Override
    public String evidence() {
      return "%s.%s has values with digits beyond the milliseconds, or 24:00"
          .formatted(table, column);
    }

    @Override
    public String remedy() {
      return "Name the table under `exclude`.";
    }
  }

  record UnfitName(String table) implements FlinkCdcViolation {
    @Override
    public String cause() {
      return "The engine flink-cdc cannot address a table of this name.";
    }

    @Override
    public String evidence() {
      return "%s has characters other than letters of English, digits, _ and -".formatted(table);
    }

    @Override
    public String remedy() {
      return "Rename the table, or name it under `exclude`.";
    }
  }

  record UnfitColumnName(String table, String column) implements FlinkCdcViolation {
    @Override
    public String cause() {
      return "The engine flink-cdc misreads the name of a column in the changes.";
    }

    @Override
    public String evidence() {
      return "%s.%s has characters beyond ASCII".formatted(table, column);
    }

    @Override
    public String remedy() {
      return "Rename the column, or name the table under `exclude`.";
    }
  }
}
