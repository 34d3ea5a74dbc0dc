package lakehouse.load.utility;

/** A kind of wrong that is planted in a generated utility, and told by {@link Planted}. */
public enum Fault {
  /** Energy that passes a meter by. */
  THEFT,
  /** Bills that do not follow from the registers and the tariff. */
  BILLING,
  /** Registers read days after their day. */
  LATE_ROUND,
  /** Intervals that a meter sends wrongly. */
  METER,
  /** Intervals that the head-end corrected or estimated. */
  CORRECTED_READING,
  /** Consumers that the records hang on another PMT than the one that supplies them. */
  MIS_SWITCHED
}
