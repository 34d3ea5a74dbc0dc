package lakehouse.ingest.bronze;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.junit.jupiter.api.Test;

/** A digest of a set of files. */
class TestContentDigest {
  @Test
  void doesNotDependOnTheOrder() throws Exception {
    ContentDigest one = digest("one");
    ContentDigest other = digest("other");
    assertThat(one.plus(other)).isEqualTo(other.plus(one));
  }

  @Test
  void showsAFileThatStandsTwice() throws Exception {
    ContentDigest one = digest("one");
    assertThat(one.plus(one)).isNotEqualTo(ContentDigest.EMPTY).isNotEqualTo(one);
  }

  @Test
  void carries() {
    assertThat(new ContentDigest(1, -1).plus(new ContentDigest(1, 1)))
        .isEqualTo(new ContentDigest(3, 0))
        .hasToString("00000000000000030000000000000000");
  }

  private static ContentDigest digest(String content) throws Exception {
    return ContentDigest.of(
        MessageDigest.getInstance("SHA-256").digest(content.getBytes(StandardCharsets.UTF_8)));
  }
}
