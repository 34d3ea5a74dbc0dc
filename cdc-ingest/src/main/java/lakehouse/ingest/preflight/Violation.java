package lakehouse.ingest.preflight;

import java.util.List;
import lakehouse.ingest.preflight.SourceFacts.Identity;

/** Something about a source that stops its capture: what, how it shows, and what mends it. */
public sealed interface Violation {
  /** What is wrong, in a sentence. */
  String cause();

  /** What was found. */
  String evidence();

  /** What mends it: a statement for the source where there is one. */
  String remedy();

  /** Whether somebody else holds what we need, rather than something being wrong. */
  default boolean conflict() {
    return false;
  }

  record Unreachable(String address, String user, String answer) implements Violation {
    @Override
    public String cause() {
      return "The database cannot be reached.";
    }

    @Override
    public String evidence() {
      return "%s as user %s answers: %s".formatted(address, user, answer);
    }

    @Override
    public String remedy() {
      return "Correct host, port, database, user or password of the source, or start the server.";
    }
  }

  record ServerTooOld(int version) implements Violation {
    @Override
    public String cause() {
      return "PostgreSQL 14 is the oldest server that can be captured.";
    }

    @Override
    public String evidence() {
      return "server_version_num is " + version;
    }

    @Override
    public String remedy() {
      return "Upgrade the server.";
    }
  }

  record IsStandby() implements Violation {
    @Override
    public String cause() {
      return "The server is a standby; changes are captured from the primary.";
    }

    @Override
    public String evidence() {
      return "pg_is_in_recovery() is true";
    }

    @Override
    public String remedy() {
      return "Name the primary as the source's host.";
    }
  }

  record WalLevelTooLow(String walLevel) implements Violation {
    @Override
    public String cause() {
      return "The server does not log what logical decoding needs.";
    }

    @Override
    public String evidence() {
      return "wal_level is " + walLevel;
    }

    @Override
    public String remedy() {
      return "ALTER SYSTEM SET wal_level = 'logical'; -- then restart the server";
    }
  }

  record NoReplicationAttribute(String role) implements Violation {
    @Override
    public String cause() {
      return "The role may not stream changes.";
    }

    @Override
    public String evidence() {
      return "role %s has no attribute REPLICATION".formatted(role);
    }

    @Override
    public String remedy() {
      return "ALTER ROLE %s REPLICATION;".formatted(Sql.identifier(role));
    }
  }

  record NoFreeSlot(int max) implements Violation {
    @Override
    public String cause() {
      return "The server has no replication slot left.";
    }

    @Override
    public String evidence() {
      return "all %d of max_replication_slots are in use".formatted(max);
    }

    @Override
    public String remedy() {
      return "ALTER SYSTEM SET max_replication_slots = %d; -- then restart the server"
          .formatted(max + 4);
    }
  }

  record NoFreeSender(int max) implements Violation {
    @Override
    public String cause() {
      return "The server has no replication connection left.";
    }

    @Override
    public String evidence() {
      return "all %d of max_wal_senders are in use".formatted(max);
    }

    @Override
    public String remedy() {
      return "ALTER SYSTEM SET max_wal_senders = %d; -- then restart the server".formatted(max + 4);
    }
  }

  record SlotInUse(String slot, int pid) implements Violation {
    @Override
    public String cause() {
      return "The source is being captured already.";
    }

    @Override
    public String evidence() {
      return "server process %d streams from slot %s".formatted(pid, slot);
    }

    @Override
    public String remedy() {
      return """
      Stop the other ingest; if it is gone and its session hangs: SELECT pg_terminate_backend(%d);"""
          .formatted(pid);
    }

    @Override
    public boolean conflict() {
      return true;
    }
  }

  record SlotOfAnother(String slot, String database, String plugin) implements Violation {
    @Override
    public String cause() {
      return "The replication slot belongs to something else.";
    }

    @Override
    public String evidence() {
      return "slot %s is of database %s and plugin %s, not of ours and pgoutput"
          .formatted(slot, database, plugin);
    }

    @Override
    public String remedy() {
      return "Name another slot for the source; slots are of the server, not of the database.";
    }
  }

  record NoPublication(String publication, List<String> tables, boolean viaRoot)
      implements Violation {
    @Override
    public String cause() {
      return "There is no publication that says what is sent.";
    }

    @Override
    public String evidence() {
      return "publication %s is not in the database".formatted(publication);
    }

    @Override
    public String remedy() {
      return "CREATE PUBLICATION %s FOR TABLE %s%s;"
          .formatted(
              Sql.identifier(publication),
              tables.isEmpty() ? "<the tables to capture>" : String.join(", ", tables),
              viaRoot ? " WITH (publish_via_partition_root = true)" : "");
    }
  }

  record PublicationIncomplete(String publication) implements Violation {
    @Override
    public String cause() {
      return "The publication leaves some kinds of changes out.";
    }

    @Override
    public String evidence() {
      return "publication %s does not send all of insert, update, delete, truncate"
          .formatted(publication);
    }

    @Override
    public String remedy() {
      return "ALTER PUBLICATION %s SET (publish = 'insert, update, delete, truncate');"
          .formatted(Sql.identifier(publication));
    }
  }

  record NothingMatches(String pattern, List<String> nearest) implements Violation {
    @Override
    public String cause() {
      return "The configuration asks for a table that is not there.";
    }

    @Override
    public String evidence() {
      return "%s matches no table%s"
          .formatted(pattern, nearest.isEmpty() ? "" : "; near are " + String.join(", ", nearest));
    }

    @Override
    public String remedy() {
      return "Correct `tables` of the source.";
    }
  }

  record NothingToCapture(String publication) implements Violation {
    @Override
    public String cause() {
      return "There is nothing to capture.";
    }

    @Override
    public String evidence() {
      return "no table is both asked for and in publication " + publication;
    }

    @Override
    public String remedy() {
      return "ALTER PUBLICATION %s ADD TABLE <the tables to capture>;"
          .formatted(Sql.identifier(publication));
    }
  }

  record NotPublished(String publication, String table) implements Violation {
    @Override
    public String cause() {
      return "A table that the configuration names is not sent.";
    }

    @Override
    public String evidence() {
      return "%s is not in publication %s".formatted(table, publication);
    }

    @Override
    public String remedy() {
      return "ALTER PUBLICATION %s ADD TABLE %s;".formatted(Sql.identifier(publication), table);
    }
  }

  record NotReadable(String schema, String table, String role) implements Violation {
    @Override
    public String cause() {
      return "The role may not read a table.";
    }

    @Override
    public String evidence() {
      return "role %s lacks SELECT on %s".formatted(role, table);
    }

    @Override
    public String remedy() {
      return "GRANT USAGE ON SCHEMA %1$s TO %2$s; GRANT SELECT ON %3$s TO %2$s;"
          .formatted(Sql.identifier(schema), Sql.identifier(role), table);
    }
  }

  record Keyless(String table, boolean deferrable) implements Violation {
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

  record Partitioned(String table) implements Violation {
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

  record NotLogged(String table, boolean foreign) implements Violation {
    @Override
    public String cause() {
      return "Changes of a table are not in the server's log.";
    }

    @Override
    public String evidence() {
      return table + (foreign ? " is a foreign table" : " is unlogged");
    }

    @Override
    public String remedy() {
      return foreign
          ? "Name it under `exclude`, and capture it where it lives."
          : "ALTER TABLE %s SET LOGGED;".formatted(table);
    }
  }

  record UnfitReplicaIdentity(String table, char identity) implements Violation {
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

  record GeneratedColumn(String table, String column) implements Violation {
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

  record UnfitType(String table, String column, String type) implements Violation {
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

  record InexactTime(String table, String column) implements Violation {
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

  record NameTaken(String table, String column) implements Violation {
    @Override
    public String cause() {
      return "A column has the name of a metadata column of bronze.";
    }

    @Override
    public String evidence() {
      return "%s.%s".formatted(table, column);
    }

    @Override
    public String remedy() {
      return "Rename the column, or name the table under `exclude`.";
    }
  }

  record NamesDifferByCase(String kind, List<String> names) implements Violation {
    @Override
    public String cause() {
      return "Names differ by case only, which readers of the lake cannot tell apart.";
    }

    @Override
    public String evidence() {
      return kind + " " + String.join(", ", names);
    }

    @Override
    public String remedy() {
      return "Rename one, or name the table under `exclude`.";
    }
  }

  record SameBronzeTable(List<String> tables, String bronze) implements Violation {
    @Override
    public String cause() {
      return "Two tables would become one bronze table.";
    }

    @Override
    public String evidence() {
      return "%s would both be %s".formatted(String.join(" and ", tables), bronze);
    }

    @Override
    public String remedy() {
      return "Name one of them under `exclude`, or capture it as a source of its own.";
    }
  }

  record UnfitName(String table) implements Violation {
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

  record UnfitColumnName(String table, String column) implements Violation {
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

  record RowsHidden(String table, String role) implements Violation {
    @Override
    public String cause() {
      return "A policy hides rows of a table from the role, so a load would lack them.";
    }

    @Override
    public String evidence() {
      return "row security on %s applies to role %s".formatted(table, role);
    }

    @Override
    public String remedy() {
      return "ALTER ROLE %s BYPASSRLS;".formatted(Sql.identifier(role));
    }
  }

  record NoIdentity(String table, Identity identity) implements Violation {
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

  record PartitionsSentAlone(String publication, String table) implements Violation {
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

  record LeafNotLogged(String table, String leaf, char kind) implements Violation {
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

  record LeafIdentity(String table, String leaf, List<String> key) implements Violation {
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

  record GeneratedKey(String table, String column) implements Violation {
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

  record NoColumns(String table) implements Violation {
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
      implements Violation {
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

  record FilterBeyondIdentity(String table, List<String> columns) implements Violation {
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

  record SameName(String name) implements Violation {
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

  record ControlCharacter(String table) implements Violation {
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

  record NameOfAReference(String table) implements Violation {
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

  record NameOfChanges(String table, String suffix) implements Violation {
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

  record MaskHidesNothing(String table, String column) implements Violation {
    @Override
    public String cause() {
      return "A mask names a column that is not captured, so what it is to hide may be in clear.";
    }

    @Override
    public String evidence() {
      return "there is no captured column %s.%s".formatted(table, column);
    }

    @Override
    public String remedy() {
      return "Correct `masks` of the source.";
    }
  }
}
