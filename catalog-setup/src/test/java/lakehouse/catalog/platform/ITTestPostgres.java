package lakehouse.catalog.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import org.junit.jupiter.api.Test;

final class ITTestPostgres {
  @Test
  void startsOneOfEitherKindThatReplicatesLogically() throws Exception {
    try (TestPostgres postgres = TestPostgres.start()) {
      postgres.execute("postgres", "CREATE DATABASE other");
      try (Connection connection = postgres.connect("other");
          Statement statement = connection.createStatement();
          ResultSet row = statement.executeQuery("SHOW wal_level")) {
        assertThat(row.next()).isTrue();
        assertThat(row.getString(1)).isEqualTo("logical");
      }
    }
  }
}
