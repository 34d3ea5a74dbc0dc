package lakehouse.load.marts;

import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import lakehouse.load.utility.Planted;

/**
 * Holds the marts against what the generator planted: each planted thing is told as it is, and
 * nothing else is told. Each question is asked again of a spoiled manifest, which must be noticed.
 */
final class ManifestCheck {

  /** A question, and what makes its answer wrong. */
  private static final Map<String, List<String>> QUESTIONS = questions();

  /** Of the bills of those who steal nothing no more than these may be suspected. */
  private static final double HONEST_SUSPECTED_AT_MOST = 0.01;

  private final SourcesInDuckDb sources;

  ManifestCheck(SourcesInDuckDb sources, List<Planted> manifest) throws SQLException {
    this.sources = sources;
    sources.plant(manifest);
  }

  private static Map<String, List<String>> questions() {
    Map<String, List<String>> questions = new LinkedHashMap<>();
    questions.put(
        "billing_error",
        List.of(
            "UPDATE planted.billing_error SET difference_paisa = difference_paisa + 1",
            "UPDATE planted.billing_error SET verdict = 'other' WHERE verdict NOT IN ('denied', 'granted')",
            "DELETE FROM planted.billing_error"));
    questions.put("category_error", List.of("DELETE FROM planted.billing_error"));
    questions.put(
        "odd_cycle",
        List.of(
            "UPDATE planted.odd_cycle SET excess_paisa = excess_paisa - 1",
            "DELETE FROM planted.odd_cycle WHERE days > 31"));
    questions.put(
        "odd_intervals",
        List.of(
            "DELETE FROM planted.odd_intervals WHERE oddity = 'spike'",
            "UPDATE planted.odd_intervals SET intervals = intervals + 1 WHERE oddity = 'negative'",
            "DELETE FROM planted.odd_intervals WHERE oddity = 'corrected'"));
    questions.put(
        "late_intervals",
        List.of(
            "UPDATE planted.odd_intervals SET intervals = intervals + 1 WHERE oddity = 'late'"));
    questions.put(
        "feeder_energy", List.of("UPDATE planted.feeder_energy SET sent_wh = sent_wh + 1"));
    questions.put(
        "pmt_energy",
        List.of(
            "UPDATE planted.pmt_energy SET stolen_wh = stolen_wh + delivered_wh / 10",
            "UPDATE planted.pmt_energy SET misplaced_wh = 0 WHERE abs(misplaced_wh) > delivered_wh / 10"));
    questions.put(
        "interruption_effect",
        List.of(
            "UPDATE planted.interruption_effect SET consumers = consumers + 1",
            "UPDATE planted.interruption_effect SET minutes = minutes - 1"));
    questions.put(
        "customer_minutes",
        List.of("UPDATE planted.interruption_effect SET minutes = minutes + 1"));
    questions.put("tamper_events", List.of("UPDATE planted.tamper_events SET events = events + 1"));
    return questions;
  }

  /** What is told otherwise than it was planted; and the spoiled manifests that nobody noticed. */
  List<String> differences() throws SQLException, IOException {
    List<String> all = new ArrayList<>();
    for (Map.Entry<String, List<String>> question : QUESTIONS.entrySet()) {
      List<String> answer = sources.answers("planted/" + question.getKey() + ".sql");
      if (!answer.isEmpty()) {
        all.add("planted, %s:%n%s".formatted(question.getKey(), String.join("\n", answer)));
      }
      for (String spoiling : question.getValue()) {
        if (!noticed(question.getKey(), spoiling) && hasEffect(spoiling)) {
          all.add("%s does not notice: %s".formatted(question.getKey(), spoiling));
        }
      }
    }
    all.addAll(thefts());
    return all;
  }

  private boolean noticed(String question, String spoiling) throws SQLException, IOException {
    List<String> before = sources.answers("planted/" + question + ".sql");
    sources.run("BEGIN");
    sources.run(spoiling);
    List<String> after = sources.answers("planted/" + question + ".sql");
    sources.run("ROLLBACK");
    return !after.equals(before);
  }

  /** Whether a seed has planted anything that can be spoiled so. */
  private boolean hasEffect(String spoiling) throws SQLException {
    return sources.changed(spoiling) > 0;
  }

  /**
   * How many of the stolen bills are suspected, and how many of the suspected are stolen. Those of
   * which two thirds are stolen are so far below any other consumer that nothing can excuse a miss
   * of more than one in ten, or of one where they are few; no more than the rate of honest ones may
   * be suspected besides.
   */
  private List<String> thefts() throws SQLException, IOException {
    long[] n = sources.numbers("theft_found.sql");
    long honest = n[0];
    long stolen = n[1];
    long plain = n[2];
    long suspected = n[3];
    long found = n[4];
    long plainFound = n[5];
    System.out.printf(
        "  thefts: %d of %d stolen bills suspected (recall %.2f), %d of %d suspected are stolen"
            + " (precision %.2f), %d honest; of at least 65 percent stolen: %d of %d suspected%n",
        found,
        stolen,
        1.0 * found / stolen,
        found,
        suspected,
        1.0 * found / suspected,
        honest,
        plainFound,
        plain);
    List<String> all = new ArrayList<>();
    if (plain - plainFound > Math.max(1, plain / 10) || plain == 0) {
      all.add("%d of %d plainly stolen bills are suspected".formatted(plainFound, plain));
    }
    if (suspected - found > Math.ceil(HONEST_SUSPECTED_AT_MOST * honest)) {
      all.add("%d of %d honest bills are suspected".formatted(suspected - found, honest));
    }
    return all;
  }
}
