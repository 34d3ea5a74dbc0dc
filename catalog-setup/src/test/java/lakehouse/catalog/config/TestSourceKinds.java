package lakehouse.catalog.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The sources that are no PostgreSQL databases: their keys, masks and rules. */
final class TestSourceKinds {
  private final ConfigText text = new ConfigText();

  @Test
  void readsSourcesOfEveryKind() {
    LakeConfig config =
        text.read(
            ConfigText.MINIMAL
                + """
                  - name: drops
                    kind: files
                    location: file:///srv/drops
                    rejected: {policy: stop, threshold: 5}
                    tables:
                      - name: reading
                        path: readings/*.csv.gz
                        format: csv
                        delimiter: ';'
                        encoding: windows-1252
                        key: [meter]
                        columns:
                          - {name: meter, required: true, pattern: 'M[0-9]+'}
                          - {name: kwh, type: 'decimal(12,3)', min: 0, max: 99.5}
                          - {name: read_at, type: timestamptz, min: 2020-01-01T00:00:00Z}
                  - name: erp
                    kind: jdbc
                    url: jdbc:mariadb://erp/erp
                    user: reader
                    password: ${env:PASSWORD}
                """);

    assertThat(config.sources())
        .extracting(SourceConfig::kind)
        .containsExactly("postgres", "files", "jdbc");
    assertThat(config.databases()).extracting(PostgresConfig::name).containsExactly("billing");
    FilesConfig files = (FilesConfig) config.sources().get(1);
    assertThat(files.rejected()).isEqualTo(new RejectionConfig(RejectionConfig.Policy.STOP, 5));
    FileTableConfig table = files.tables().get(0);
    assertThat(table.header()).isTrue();
    assertThat(table.columns().get(0).required()).isTrue();
    assertThat(table.columns().get(1).max()).contains("99.5");
    assertThat(ConfigWriter.yaml(config)).contains("kind: files").contains("header: true");
  }

  @Test
  void tellsAllThatIsWrongWithASourceOfFiles() {
    ConfigException broken =
        text.broken(
            ConfigText.MINIMAL
                + """
                  - name: drops
                    kind: files
                    location: /srv/drops
                    slot: mine
                    tables:
                      - name: reading
                        path: '*.csv'
                        format: cvs
                        columns: []
                  - name: drops2
                    kind: fils
                """);

    assertThat(broken.problems())
        .extracting(problem -> problem.key() + " " + problem.message())
        .satisfiesExactly(
            text -> assertThat(text).startsWith("sources[1].location \"/srv/drops\" is not valid"),
            text -> assertThat(text).startsWith("sources[1].slot there is no such key"),
            text -> assertThat(text).startsWith("sources[1].tables[0].format \"cvs\" is not valid"),
            text ->
                assertThat(text)
                    .isEqualTo("sources[2].kind \"fils\" is not valid; did you mean \"files\"?"));

    ConfigException rules =
        text.broken(
            """
            catalog:
              uri: http://nessie:19120/api/v2
              warehouse: s3://lake/warehouse
            sources:
              - name: drops3
                kind: files
                location: file:///srv/drops
                tables:
                  - name: reading
                    path: '*.csv'
                    format: csv
                    encoding: UTF-16
                    key: [meter, date]
                    columns:
                      - {name: meter, pattern: '['}
                      - {name: METER, type: int, min: many}
            """);
    assertThat(rules.problems())
        .extracting(Problem::key)
        .containsExactlyInAnyOrder(
            "sources[0].tables[0].encoding",
            "sources[0].tables[0].key",
            "sources[0].tables[0].columns[0].pattern",
            "sources[0].tables[0].columns[1].name",
            "sources[0].tables[0].columns[1].min");
  }

  @Test
  void refusesAnEmptyMaskKey() {
    text.environment().put("MASK_KEY", " ");
    assertThat(text.broken(ConfigText.MINIMAL + "ingest: {mask-key: '${env:MASK_KEY}'}\n"))
        .hasMessageContaining("ingest.mask-key: is empty");
  }

  @Test
  void takesSecretsOfAnObjectStoreByReferenceAndShowsNone() {
    text.environment().put("STORE_KEY", "hunter2");
    String source =
        ConfigText.MINIMAL
            + """
              - name: drops
                kind: files
                location: s3://bucket/drops
                properties: {s3.endpoint: 'http://store:9000', s3.secret-access-key: %s}
                tables:
                  - name: reading
                    path: '*'
                    format: json-lines
                    columns: [{name: meter}]
            """;
    assertThat(text.broken(source.formatted("hunter2")))
        .hasMessageContaining("properties.s3.secret-access-key: a secret must not stand");
    LakeConfig config = text.read(source.formatted("'${env:STORE_KEY}'"));
    FilesConfig files = (FilesConfig) config.sources().get(config.sources().size() - 1);
    assertThat(files.properties()).containsEntry("s3.secret-access-key", "hunter2");
    assertThat(files.toString()).contains("http://store:9000").doesNotContain("hunter2");
    assertThat(ConfigWriter.yaml(config)).contains("http://store:9000").doesNotContain("hunter2");
  }

  @Test
  void refusesMasksOfFilesThatHideNothingOrHaveNoToken() {
    text.environment().put("MASK_KEY", "secret");
    assertThat(
            text.broken(
                ConfigText.MINIMAL
                    + """
                      - name: drops
                        kind: files
                        location: file:///srv/drops
                        tables:
                          - name: visitor
                            path: '*'
                            format: csv
                            key: [cnic]
                            columns:
                              - {name: cnic}
                              - {name: born, type: date}
                        masks:
                          - {table: visitor, column: cnic, method: redact}
                          - {table: visitor, column: born, method: token}
                          - {table: visitor, column: phone, method: token}
                    ingest:
                      mask-key: ${env:MASK_KEY}
                    """))
        .hasMessageContaining(
            "sources[1].masks[0]: redacts a column of the key; expected the method token")
        .hasMessageContaining(
            "sources[1].masks[1]: the type date has no token, since one value has many texts;"
                + " expected one of [string, boolean, int, long], or the method redact")
        .hasMessageContaining(
            "sources[1].masks[2]: hides nothing: there is no column visitor.phone");
  }

  @Test
  void refusesRulesThatAreNoPatternOrOfAColumnThatHasSome() {
    assertThat(
            text.broken(
                ConfigText.MINIMAL
                    + """
                      - name: erp
                        kind: jdbc
                        url: jdbc:mariadb://erp/erp
                        user: reader
                        password: ${env:PASSWORD}
                        tables:
                          - table: part
                            rules:
                              - {column: code, pattern: '['}
                              - {column: code, required: true}
                    """))
        .hasMessageContaining("sources[1].tables[0].rules[0].pattern: is no pattern: ")
        .hasMessageContaining(
            "sources[1].tables[0].rules[1]: column code has rules by"
                + " sources[1].tables[0].rules[0] already");
  }
}
