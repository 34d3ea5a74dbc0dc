package lakehouse.ingest.preflight;

import java.util.List;
import lakehouse.ingest.preflight.SourceFacts.Identity;

/** What stops the native engine. */
public sealed interface NativeViolation extends Violation {
  record NoIdentity(String table, Identity identity) implements NativeViolation {
    @Override
    public String cause() {
      return "The log does not tell which row a change is of, so PostgreSQL refuses updates and deletes.";
    }

    @Override
    public String evidence() {
      return "%s is published, and its replica identity %s"
          .formatted(
              table,
              switch (identity.kind()) {
                case 'n' -> "is NOTHING";
                case 'i' -> "was an index that is gone";
                default ->
                    identity.deferrable()
                        ? "is its primary key, which is deferrable and so identifies no row"
                        : "is its primary key, of which it has none";
              });
    }

    @Override
    public String remedy() {
      if (!identity.primaryKey().isEmpty() && !identity.deferrable()) {
        return "ALTER TABLE %s REPLICA IDENTITY DEFAULT;".formatted(table);
      }
      String key =
          identity.primaryKey().isEmpty()
              ? "ALTER TABLE %s ADD PRIMARY KEY (<columns>); or ".formatted(table)
              : "";
      return "%sALTER TABLE %s REPLICA IDENTITY FULL; -- or name it under `exclude`, and take it out of the publication"
          .formatted(key, table);
    }
  }

  record PartitionsSentAlone(String publication, String table) implements NativeViolation {
    @Override
    public String cause() {
      return "The publication sends the partitions of a table as tables of their own.";
    }

    @Override
    public String evidence() {
      return "%s is partitioned, and publication %s has no publish_via_partition_root"
          .formatted(table, publication);
    }

    @Override
    public String remedy() {
      return "ALTER PUBLICATION %s SET (publish_via_partition_root = true); -- or name the table under `exclude`, and its partitions are captured each by itself"
          .formatted(Sql.identifier(publication));
    }
  }

  record LeafNotLogged(String table, String leaf, char kind) implements NativeViolation {
    @Override
    public String cause() {
      return "Changes of a partition are not in the server's log, so a part of its table would be missing.";
    }

    @Override
    public String evidence() {
      return "%s, a partition of %s, is %s"
          .formatted(leaf, table, kind == 'f' ? "a foreign table" : "unlogged");
    }

    @Override
    public String remedy() {
      return kind == 'f'
          ? "ALTER TABLE %s DETACH PARTITION %s; -- or name %1$s under `exclude`"
              .formatted(table, leaf)
          : "ALTER TABLE %s SET LOGGED;".formatted(leaf);
    }
  }

  record LeafIdentity(String table, String leaf, List<String> key) implements NativeViolation {
    @Override
    public String cause() {
      return "The log of a partition does not carry what tells the rows of its table apart.";
    }

    @Override
    public String evidence() {
      return "the replica identity of %s, a partition of %s, is not %s"
          .formatted(leaf, table, key.isEmpty() ? "FULL" : "of " + String.join(", ", key));
    }

    @Override
    public String remedy() {
      return "ALTER TABLE %s REPLICA IDENTITY FULL;".formatted(leaf);
    }
  }

  record GeneratedKey(String table, String column) implements NativeViolation {
    @Override
    public String cause() {
      return "A generated column is a part of the key, and such columns are not in the log.";
    }

    @Override
    public String evidence() {
      return "%s.%s is generated".formatted(table, column);
    }

    @Override
    public String remedy() {
      return "Choose an index without it: ALTER TABLE %s REPLICA IDENTITY USING INDEX <index>; -- or make it a plain one: ALTER TABLE %s ALTER COLUMN %s DROP EXPRESSION;"
          .formatted(table, table, Sql.identifier(column));
    }
  }

  record NoColumns(String table) implements NativeViolation {
    @Override
    public String cause() {
      return "A table has no column that could be captured.";
    }

    @Override
    public String evidence() {
      return table + " has no columns but generated ones";
    }

    @Override
    public String remedy() {
      return "Name it under `exclude`.";
    }
  }

  record ColumnListWithoutKey(String publication, String table, List<String> missing)
      implements NativeViolation {
    @Override
    public String cause() {
      return "The publication's column list leaves out what tells rows apart, so PostgreSQL refuses updates and deletes.";
    }

    @Override
    public String evidence() {
      return missing.isEmpty()
          ? "%s has a column list, and its replica identity is FULL".formatted(table)
          : "the column list of %s lacks %s".formatted(table, String.join(", ", missing));
    }

    @Override
    public String remedy() {
      return "ALTER PUBLICATION %1$s DROP TABLE %2$s; ALTER PUBLICATION %1$s ADD TABLE %2$s; -- and hide columns by `masks`"
          .formatted(Sql.identifier(publication), table);
    }
  }

  record FilterBeyondIdentity(String table, List<String> columns) implements NativeViolation {
    @Override
    public String cause() {
      return "The publication chooses rows by columns that the log of a change lacks, so PostgreSQL refuses updates and deletes.";
    }

    @Override
    public String evidence() {
      return "the filter of %s reads %s, beyond its replica identity"
          .formatted(table, String.join(", ", columns));
    }

    @Override
    public String remedy() {
      return "ALTER TABLE %s REPLICA IDENTITY FULL;".formatted(table);
    }
  }

  record SameName(String name) implements NativeViolation {
    @Override
    public String cause() {
      return "Two tables have the same name once it is written with its schema.";
    }

    @Override
    public String evidence() {
      return "a schema or table has a dot in its name, and two of them are %s".formatted(name);
    }

    @Override
    public String remedy() {
      return "Name one of them under `exclude`, in double quotes.";
    }
  }

  record ControlCharacter(String table) implements NativeViolation {
    @Override
    public String cause() {
      return "A name holds a line feed or another control character, which the catalog cannot keep.";
    }

    @Override
    public String evidence() {
      return "it is the name of %s, or of a column in it".formatted(table);
    }

    @Override
    public String remedy() {
      return "Rename it, or exclude the table by a pattern.";
    }
  }

  record NameOfAReference(String table) implements NativeViolation {
    @Override
    public String cause() {
      return "A name holds a character that clients of the catalog read as a branch, a hash or a quote.";
    }

    @Override
    public String evidence() {
      return table + " has @, # or ` in it";
    }

    @Override
    public String remedy() {
      return "Rename the table, or name it under `exclude`.";
    }
  }

  record NameOfChanges(String table, String suffix) implements NativeViolation {
    @Override
    public String cause() {
      return "A table has a name as those that the models keep the changes of their tables in.";
    }

    @Override
    public String evidence() {
      return "%s ends with %s".formatted(table, suffix);
    }

    @Override
    public String remedy() {
      return "Rename the table, or name it under `exclude`.";
    }
  }
}
