package lakehouse.models;

import java.util.List;
import java.util.Optional;
import lakehouse.models.plan.Backfill;
import lakehouse.models.publish.WriteAuditPublish.Mode;
import lakehouse.models.publish.WriteAuditPublish.Request;
import picocli.CommandLine.Option;

/** Which models, and how much of them; a picocli mixin. */
final class Selection {
  @Option(
      names = "--select",
      paramLabel = "MODEL",
      split = ",",
      description =
          "only this model; +MODEL with all it rests on, MODEL+ with all that rests on it,"
              + " tag:WORD all with a tag; several with commas between, or repeated")
  private List<String> select = List.of();

  @Option(names = "--full-refresh", description = "make the selected models anew, whatever changed")
  private boolean fullRefresh;

  @Option(
      names = "--backfill",
      paramLabel = "FROM..TO",
      description =
          "make these partitions of the selected models anew, whatever changed; either end may be"
              + " left out")
  private Optional<String> backfill = Optional.empty();

  Request request(Mode mode) {
    return new Request(select, fullRefresh, backfill.map(Backfill::parse), mode);
  }
}
