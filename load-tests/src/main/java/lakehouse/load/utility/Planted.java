package lakehouse.load.utility;

import java.lang.reflect.RecordComponent;
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * One line of a generated utility's manifest: something that was planted, or a true figure that no
 * table of the databases holds, and what marts must say of it. Energy is watt-hours, money paisa;
 * days and months are those of Karachi, months by their first day.
 */
public sealed interface Planted {

  /** The line as JSON: its kind, and its values under their names. */
  default String json() {
    StringBuilder json = new StringBuilder("{\"planted\": \"");
    json.append(snakeCase(getClass().getSimpleName())).append('"');
    for (Map.Entry<String, Object> value : values().entrySet()) {
      boolean number = value.getValue() instanceof Number;
      json.append(", \"").append(value.getKey()).append("\": ");
      json.append(number ? "" : "\"").append(value.getValue()).append(number ? "" : "\"");
    }
    return json.append('}').toString();
  }

  /**
   * The values by their names, which are words joined by underscores: whole numbers, days, words.
   */
  default Map<String, Object> values() {
    Map<String, Object> values = new LinkedHashMap<>();
    for (RecordComponent component : getClass().getRecordComponents()) {
      try {
        Object value = component.getAccessor().invoke(this);
        values.put(
            snakeCase(component.getName()),
            value instanceof Enum<?> word ? word.name().toLowerCase(Locale.ROOT) : value);
      } catch (ReflectiveOperationException e) {
        throw new AssertionError("The records of this interface can be read here", e);
      }
    }
    return values;
  }

  private static String snakeCase(String name) {
    return name.replaceAll("(?<=.)([A-Z])", "_$1").toLowerCase(Locale.ROOT);
  }

  /**
   * A consumer of whose energy only a part is metered from a day on.
   *
   * @param pmtId the PMT that truly supplies it at the end of history
   */
  record Theft(long consumerId, int pmtId, LocalDate since, int meteredPermille)
      implements Planted {}

  /** What a thief drew in the time of a bill, and what of it was metered. */
  record TheftMonth(long consumerId, LocalDate month, long drawnWh, long meteredWh)
      implements Planted {}

  /** Events of tampering that a consumer's meter reported in a month. */
  record TamperEvents(long consumerId, LocalDate month, int events) implements Planted {}

  /**
   * A bill that is wrong.
   *
   * @param verdict what must be said of it: of the shadow bill, or of the category
   * @param differencePaisa what the consumer was charged too much; negative: too little
   */
  record BillingError(
      long billId, long consumerId, LocalDate month, String verdict, long differencePaisa)
      implements Planted {

    static final String DENIED = "denied";
    static final String GRANTED = "granted";

    /** Whether the category is wrong, and not how the bill was computed in it. */
    public boolean ofCategory() {
      return verdict.equals(DENIED) || verdict.equals(GRANTED);
    }
  }

  /**
   * A bill of a cycle that is too long or too short.
   *
   * @param excessPaisa what the consumer paid more than for 30 days with the same daily energy
   */
  record OddCycle(long billId, long consumerId, LocalDate month, int days, long excessPaisa)
      implements Planted {}

  /**
   * Intervals of a meter and day that are not as they were measured.
   *
   * @param intervals how many there are
   * @param onPurpose how many of them were planted; the others happen, as equal values in the night
   */
  record OddIntervals(long meterId, LocalDate day, Oddity oddity, int intervals, int onPurpose)
      implements Planted {}

  /** What intervals can be. */
  enum Oddity {
    MISSING,
    NEGATIVE,
    SPIKE,
    FROZEN,
    CORRECTED,
    ESTIMATED,
    LATE
  }

  /** A consumer that the records hang on another PMT than the one that supplies it. */
  record MisSwitched(long consumerId, long servicePointId, int recordedPmtId, int truePmtId)
      implements Planted {}

  /**
   * What a PMT delivered in a month, and why it is more than what is metered of those who, by the
   * records, hang on it.
   *
   * @param technicalWh lost in the transformer
   * @param misplacedWh metered of consumers that hang on it and are recorded elsewhere, less what
   *     is metered of those recorded on it that hang elsewhere
   */
  record PmtEnergy(
      int pmtId,
      LocalDate month,
      long deliveredWh,
      long technicalWh,
      long stolenWh,
      long misplacedWh)
      implements Planted {

    /** What must be missing of what it delivered. */
    public long lossWh() {
      return technicalWh + stolenWh + misplacedWh;
    }
  }

  /** What was sent into a feeder on a day, and what its PMTs delivered of it. */
  record FeederEnergy(int feederId, LocalDate day, long sentWh, long pmtWh) implements Planted {}

  /**
   * Whom an interruption cut, as the records hang them.
   *
   * @param minutes 0 while it goes on
   */
  record InterruptionEffect(
      long interruptionId, int feederId, LocalDate month, String kind, int consumers, int minutes)
      implements Planted {}
}
