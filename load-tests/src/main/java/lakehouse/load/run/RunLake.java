package lakehouse.load.run;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lakehouse.catalog.config.CatalogConfig;
import lakehouse.catalog.config.LakeConfigs;
import lakehouse.catalog.config.Secret;
import lakehouse.catalog.platform.DataFolder;
import lakehouse.catalog.platform.PlatformFile;
import lakehouse.catalog.platform.PlatformSecrets;
import lakehouse.load.measure.MeasuredLake;
import lakehouse.load.measure.PostgresDatabase;
import lakehouse.load.programs.LakePrograms;
import lakehouse.load.utility.DatabaseServer;
import org.jspecify.annotations.Nullable;

/**
 * What a run is done on: an embedded platform of its own, or the catalog of any {@code lake.yaml}
 * with a PostgreSQL server whose administrator it is given.
 */
final class RunLake implements AutoCloseable {
  private final MeasuredLake lake;
  private final Optional<Own> own;
  private @Nullable PlatformFile platform;

  /**
   * A lake that is there already.
   *
   * @param config its {@code lake.yaml}, of which the sources are replaced
   * @param server where the databases are made
   */
  record Own(Path config, PostgresDatabase server) {}

  private RunLake(MeasuredLake lake, Optional<Own> own) {
    this.lake = lake;
    this.own = own;
  }

  /** Starts what is to be started. */
  static RunLake open(RunFolder folder, Optional<Own> own) throws InterruptedException {
    RunLake lake = new RunLake(MeasuredLake.at(folder.lake()), own);
    if (own.isEmpty()) {
      lake.platform = lake.lake.start();
    }
    return lake;
  }

  DataFolder data() {
    return lake.data();
  }

  LakePrograms programs() {
    return lake.programs();
  }

  /** Where PostgreSQL says which its first process is; empty if it is not ours. */
  Optional<Path> postmasterFile() {
    return own.isPresent()
        ? Optional.empty()
        : Optional.of(data().postgres().resolve("postmaster.pid"));
  }

  /** The password of a role that captures, made when it is first asked for. */
  Secret password(String role) {
    return new PlatformSecrets(data()).ensure(role);
  }

  /** A database as the administrator reaches it. */
  PostgresDatabase database(String name) {
    return own.map(Own::server)
        .orElseGet(
            () -> {
              PlatformFile file = requireNonNull(platform);
              return new PostgresDatabase(
                  file.postgresHost(),
                  file.postgresPort(),
                  file.postgresUser(),
                  file.postgresPassword(data()),
                  "postgres");
            })
        .other(name);
  }

  DatabaseServer server() {
    PostgresDatabase admin = database("postgres");
    return new DatabaseServer(
        "jdbc:postgresql://%s:%d/postgres".formatted(admin.host(), admin.port()),
        admin.user(),
        admin.password());
  }

  CatalogConfig catalogConfig() {
    return own.isPresent()
        ? LakeConfigs.load(Optional.of(own.get().config()), data()).catalog()
        : requireNonNull(platform).catalogConfig();
  }

  /** The folder of the warehouse, where it is one of this machine. */
  Optional<Path> warehouse() {
    String location = catalogConfig().warehouse();
    return location.startsWith("file:")
        ? Optional.of(Path.of(location.replaceFirst("^file:/*", "/")))
        : Optional.empty();
  }

  /** A source of the run's configuration; {@code tables} is a pattern. */
  record Source(
      String name,
      String engine,
      String database,
      String user,
      String publication,
      String tables) {}

  /** Writes a configuration with these sources. */
  Path configure(String file, List<Source> sources) throws IOException {
    Map<String, Object> config = new LinkedHashMap<>();
    if (own.isPresent()) {
      config.putAll(
          new YAMLMapper()
              .readValue(own.get().config().toFile(), new TypeReference<Map<String, Object>>() {}));
    } else {
      config.put(
          "catalog", Map.of("uri", "${platform:nessie-uri}", "warehouse", "${platform:warehouse}"));
    }
    config.put("ingest", Map.of("state-folder", data().ingest().resolve(file).toString()));
    PostgresDatabase admin = database("postgres");
    List<Map<String, Object>> written = new ArrayList<>();
    for (Source source : sources) {
      password(source.user());
      written.add(
          Map.of(
              "name", source.name(),
              "engine", source.engine(),
              "host", own.isPresent() ? admin.host() : "${platform:postgres-host}",
              "port", own.isPresent() ? admin.port() : "${platform:postgres-port}",
              "database", source.database(),
              "user", source.user(),
              "password", "${file:%s}".formatted(new PlatformSecrets(data()).file(source.user())),
              "publication", source.publication(),
              "tables", List.of(source.tables())));
    }
    config.put("sources", written);
    Path path = data().path().resolve(file + ".yaml");
    Files.writeString(path, new YAMLMapper().writeValueAsString(config));
    return path;
  }

  @Override
  public void close() {
    lake.close();
  }
}
