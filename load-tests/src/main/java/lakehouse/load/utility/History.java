package lakehouse.load.utility;

import java.time.LocalDate;
import java.time.ZoneOffset;

/**
 * The generated stretch of time, in days and half-hour slots of Karachi time. Day 0 is the first
 * day of history, slot 0 its first half hour; {@link #days()} is the as-of day, at whose midnight
 * the history ends.
 */
record History(LocalDate asOf, LocalDate firstDate, LocalDate firstIntervalDate) {

  static final int SLOTS_PER_DAY = 48;
  static final int SLOT_MINUTES = 30;
  private static final int OFFSET_SECONDS = ZoneOffset.ofHours(5).getTotalSeconds();

  static History of(UtilitySize size, LocalDate asOf) {
    LocalDate month = asOf.withDayOfMonth(1);
    return new History(
        asOf, month.minusMonths(size.historyMonths()), month.minusMonths(size.intervalMonths()));
  }

  int days() {
    return day(asOf);
  }

  int slots() {
    return days() * SLOTS_PER_DAY;
  }

  /** The first day with interval readings. */
  int firstIntervalDay() {
    return day(firstIntervalDate);
  }

  int firstIntervalSlot() {
    return firstIntervalDay() * SLOTS_PER_DAY;
  }

  int day(LocalDate date) {
    return (int) (date.toEpochDay() - firstDate.toEpochDay());
  }

  LocalDate date(int day) {
    return firstDate.plusDays(day);
  }

  long epochDay(int day) {
    return firstDate.toEpochDay() + day;
  }

  /** The instant at which a Karachi day begins. */
  long dayStart(int day) {
    return midnight(firstDate) + day * 86_400L;
  }

  /** The instant at which a slot begins. */
  long slotStart(int slot) {
    return midnight(firstDate) + slot * (SLOT_MINUTES * 60L);
  }

  /** The instant of a minute of history. */
  long minuteStart(int minute) {
    return midnight(firstDate) + minute * 60L;
  }

  long end() {
    return midnight(asOf);
  }

  /** The date on which the register of a bill cycle is read in month {@code index} of history. */
  LocalDate cycleDate(int index, int cycleDay) {
    return firstDate.plusMonths(index).withDayOfMonth(cycleDay);
  }

  static long midnight(LocalDate date) {
    return date.toEpochDay() * 86_400L - OFFSET_SECONDS;
  }
}
