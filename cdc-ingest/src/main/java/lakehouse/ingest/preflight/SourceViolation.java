package lakehouse.ingest.preflight;

import java.util.List;

/** What stops the capture of a source by any engine. */
public sealed interface SourceViolation extends Violation {
  record Unreachable(String address, String user, String answer) implements SourceViolation {
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
      return "Correct host, port, database, user, password, sslmode or sslrootcert of the source, or"
          + " start the server.";
    }
  }

  record ServerTooOld(int version) implements SourceViolation {
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

  record IsStandby() implements SourceViolation {
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

  record WalLevelTooLow(String walLevel) implements SourceViolation {
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

  record NoReplicationAttribute(String role) implements SourceViolation {
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

  record NoFreeSlot(int max) implements SourceViolation {
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

  record NoFreeSender(int max) implements SourceViolation {
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

  record SlotInUse(String slot, int pid) implements SourceViolation {
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

  record SlotOfAnother(String slot, String database, String plugin) implements SourceViolation {
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
      implements SourceViolation {
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

  record PublicationIncomplete(String publication) implements SourceViolation {
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

  record NothingMatches(String pattern, List<String> nearest) implements SourceViolation {
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

  record NothingToCapture(String publication) implements SourceViolation {
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

  record NotPublished(String publication, String table) implements SourceViolation {
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

  record NotReadable(String schema, String table, String role) implements SourceViolation {
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

  record NotLogged(String table, boolean foreign) implements SourceViolation {
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

  record NameTaken(String table, String column) implements SourceViolation {
    @Override
    public String cause() {
      return "A column has the name of a metadata column of bronze or of Iceberg.";
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

  record NamesDifferByCase(String kind, List<String> names) implements SourceViolation {
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

  record SameBronzeTable(List<String> tables, String bronze) implements SourceViolation {
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

  record RowsHidden(String table, String role) implements SourceViolation {
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

  record MaskHidesNothing(String table, String column) implements SourceViolation {
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
