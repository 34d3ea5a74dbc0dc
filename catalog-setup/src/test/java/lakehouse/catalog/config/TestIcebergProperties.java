package lakehouse.catalog.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TestIcebergProperties {
  @Test
  void choosesTheAccessByTheScheme() {
    assertThat(IcebergProperties.ofFiles("file:///srv", Map.of()))
        .containsExactly(Map.entry("io-impl", "lakehouse.catalog.io.LocalFileIO"));
    assertThat(IcebergProperties.ofFiles("hdfs://names/srv", Map.of()))
        .containsExactly(Map.entry("io-impl", "org.apache.iceberg.hadoop.HadoopFileIO"));
    assertThat(IcebergProperties.ofFiles("s3://bucket/srv", Map.of()))
        .containsEntry("io-impl", "org.apache.iceberg.aws.s3.S3FileIO")
        .doesNotContainKeys("client.region", "s3.path-style-access");
  }

  @Test
  void knowsAServerThatIsNotAmazons() {
    assertThat(IcebergProperties.ofFiles("s3a://bucket", Map.of("s3.endpoint", "http://store")))
        .containsEntry("s3.path-style-access", "true")
        .containsEntry("client.region", "us-east-1")
        .containsEntry("s3.endpoint", "http://store");
  }

  @Test
  void leavesTheLastWordToTheConfiguration() {
    Map<String, String> given =
        Map.of("s3.endpoint", "http://s", "client.region", "x", "s3.path-style-access", "false");
    assertThat(IcebergProperties.ofFiles("s3://bucket", given)).containsAllEntriesOf(given);
    assertThat(
            IcebergProperties.of(
                new CatalogConfig(URI.create("http://n/api/v2"), "main", "s3://lake/w", given),
                "other",
                Optional.of("abcd")))
        .containsAllEntriesOf(given)
        .containsEntry("ref", "other")
        .containsEntry("ref.hash", "abcd")
        .containsEntry("warehouse", "s3://lake/w");
  }
}
