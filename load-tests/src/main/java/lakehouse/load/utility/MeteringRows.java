package lakehouse.load.utility;

import static lakehouse.load.utility.UtilityTable.INTERVAL_READING;
import static lakehouse.load.utility.UtilityTable.METER;
import static lakehouse.load.utility.UtilityTable.METER_EVENT;
import static lakehouse.load.utility.UtilityTable.METER_INSTALLATION;
import static lakehouse.load.utility.UtilityTable.REGISTER_READING;

import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import lakehouse.load.utility.Customer.MeterSpell;
import lakehouse.load.utility.Draws.Topic;
import lakehouse.load.utility.Energy.Metered;
import lakehouse.load.utility.Outages.Interruption;
import lakehouse.load.utility.Registers.Reading;

/** Writes the rows of database {@code metering} for one tie pair. */
final class MeteringRows {

  private static final String[] MAKERS = {"Landis", "Microtech", "PEL", "Hexing", "Transfopower"};
  private static final int PMT_INTERVAL_MINUTES = 60;
  private static final int SHORT_INTERVAL_MINUTES = 30;

  private final Blueprint blueprint;
  private final TiePair pair;
  private final Outages outages;
  private final ChunkRows rows;
  private long nextEvent;

  MeteringRows(Blueprint blueprint, TiePair pair, Outages outages, ChunkRows rows) {
    this.blueprint = blueprint;
    this.pair = pair;
    this.outages = outages;
    this.rows = rows;
    this.nextEvent = pair.feeders().get(0).id() * 100_000_000L;
  }

  /** Meters, registers, intervals and events of one consumer. */
  void writeConsumer(Customer customer, Metered metered, List<Reading> readings) {
    History history = blueprint.history();
    for (MeterSpell spell : customer.spells()) {
      boolean removed = spell.toDay() != Customer.NEVER;
      long from =
          spell.beforeHistory()
              ? History.midnight(NetworkRows.connectedOn(blueprint, customer))
              : history.dayStart(spell.fromDay());
      long changed = removed ? history.dayStart(spell.toDay()) : from;
      int phases = customer.loadClass().threePhase() ? 3 : 1;
      meter(
          spell.meterId(),
          "consumer",
          spell.ami() ? SHORT_INTERVAL_MINUTES : 0,
          phases,
          removed,
          changed);
      CopyText row = rows.of(METER_INSTALLATION).number(spell.meterId()).instant(from);
      if (removed) {
        row.instant(history.dayStart(spell.toDay()));
      } else {
        row.nothing();
      }
      row.number(customer.servicePointId()).nothing().nothing().decimal(0, 3);
      if (removed) {
        row.decimal(
            Registers.wh(blueprint, customer, spell, metered.registerWh(), spell.toDay()), 3);
      } else {
        row.nothing();
      }
      row.instant(changed).endRow();
      if (spell.ami()) {
        writeAmi(customer, spell, metered);
      }
    }
    for (Reading reading : readings) {
      CopyText row =
          rows.of(REGISTER_READING)
              .number(reading.meterId())
              .date(history.epochDay(reading.day()))
              .decimal(reading.registerWh(), 3);
      if (customer.loadClass().timeOfUse()) {
        row.decimal(reading.peakRegisterWh(), 3);
      } else {
        row.nothing();
      }
      row.text(reading.ami() ? "ami" : "manual")
          .instant(Math.min(history.end(), history.dayStart(reading.day()) + 36_000))
          .endRow();
    }
  }

  /** Meters, intervals and events of the PMTs and feeders. */
  void writeNetwork(Energy energy) {
    long from = blueprint.history().dayStart(blueprint.history().firstIntervalDay());
    for (int p = 0; p < pair.pmts().size(); p++) {
      long meterId = pair.pmts().get(p).meterId();
      meter(meterId, "pmt", PMT_INTERVAL_MINUTES, 3, false, from);
      installation(meterId, from, pair.pmts().get(p).id(), 1);
      writeIntervals(meterId, PMT_INTERVAL_MINUTES, energy.pmtWh(p));
    }
    for (int side = 0; side < 2; side++) {
      long meterId = pair.feeders().get(side).meterId();
      meter(meterId, "feeder", SHORT_INTERVAL_MINUTES, 3, false, from);
      installation(meterId, from, pair.feeders().get(side).id(), 2);
      writeIntervals(meterId, SHORT_INTERVAL_MINUTES, energy.feederWh(side));
    }
  }

  private void meter(
      long meterId, String kind, int intervalMinutes, int phases, boolean removed, long changed) {
    CopyText row =
        rows.of(METER)
            .number(meterId)
            .text("SN" + (meterId * 37 + 11))
            .text(kind)
            .bool(intervalMinutes > 0);
    if (intervalMinutes > 0) {
      row.number(intervalMinutes);
    } else {
      row.nothing();
    }
    row.number(phases).text(blueprint.draws().oneOf(MAKERS, Topic.METER, meterId, 2));
    if (intervalMinutes > 0) {
      row.text(firmware(meterId));
    } else {
      row.nothing();
    }
    row.text(removed ? "removed" : "in_service").instant(changed).endRow();
  }

  private String firmware(long meterId) {
    return "3." + blueprint.draws().below(4, Topic.METER, meterId, 3) + ".1";
  }

  private void installation(long meterId, long from, int place, int column) {
    CopyText row = rows.of(METER_INSTALLATION).number(meterId).instant(from).nothing().nothing();
    if (column == 1) {
      row.number(place).nothing();
    } else {
      row.nothing().number(place);
    }
    row.nothing().nothing().instant(from).endRow();
  }

  /** Half hours of a PMT or feeder, summed to the meter's interval, with its reactive energy. */
  private void writeIntervals(long meterId, int minutes, long[] halfHourWh) {
    int width = minutes / History.SLOT_MINUTES;
    long[] wh = new long[halfHourWh.length / width];
    for (int i = 0; i < wh.length * width; i++) {
      wh[i / width] += halfHourWh[i];
    }
    writeIntervals(meterId, minutes, wh, 4, true);
  }

  private void writeAmi(Customer customer, MeterSpell spell, Metered metered) {
    long[] wh = Arrays.stream(metered.intervalWh()).asLongStream().toArray();
    writeIntervals(spell.meterId(), SHORT_INTERVAL_MINUTES, wh, 9, false);
    writeEvents(customer, spell);
  }

  /**
   * The intervals of a meter that hangs from the first interval day on, as its head-end has them.
   */
  private void writeIntervals(
      long meterId, int minutes, long[] wh, int lostPermille, boolean reactive) {
    int width = minutes / History.SLOT_MINUTES;
    int perDay = History.SLOTS_PER_DAY / width;
    Faults faults = new Faults(blueprint, meterId, perDay, wh, lostPermille);
    int[] late = new int[wh.length / perDay];
    for (int i = 0; i < wh.length; i++) {
      if (faults.wh(i) == Faults.LOST) {
        continue;
      }
      long varh = -1;
      if (reactive) {
        int tangent =
            blueprint.draws().between(380, 560, Topic.REACTIVE, meterId, i * (long) width / 4);
        varh = wh[i] * tangent / 1000;
      }
      int slot = blueprint.history().firstIntervalSlot() + i * width;
      if (interval(meterId, slot, minutes, faults.wh(i), varh, faults.status(i))) {
        late[i / perDay]++;
      }
    }
    faults.tell(rows.manifest(), late);
  }

  /** Writes an interval; says whether a measured one came more than an hour late. */
  private boolean interval(
      long meterId, int slot, int minutes, long wh, long reactiveVarh, Faults.Status status) {
    History history = blueprint.history();
    long start = history.slotStart(slot);
    int draw = blueprint.draws().below(1000, Topic.LATENCY, meterId, slot);
    long latencySeconds = draw < 985 ? 40 + draw : (draw - 984) * 3_600L;
    long received = Math.min(history.end(), start + minutes * 60L + latencySeconds);
    CopyText row = rows.of(INTERVAL_READING).number(meterId).instant(start).decimal(wh, 3);
    if (reactiveVarh < 0) {
      row.nothing();
    } else {
      row.decimal(reactiveVarh, 3);
    }
    row.instant(received).text(status.name().toLowerCase(Locale.ROOT));
    if (status == Faults.Status.CORRECTED) {
      row.instant(Math.min(history.end(), received + 3 * 86_400L));
    } else {
      row.nothing();
    }
    row.endRow();
    return status != Faults.Status.ESTIMATED && received - start - minutes * 60L > 3_600;
  }

  private void writeEvents(Customer customer, MeterSpell spell) {
    History history = blueprint.history();
    long from = history.dayStart(spell.fromDay());
    for (Interruption interruption : outages.interruptions()) {
      long start = history.minuteStart(interruption.startMinute());
      long end = history.minuteStart(interruption.endMinute());
      if (start < from || end >= history.end() || interruption.kind().equals("loadshed")) {
        continue;
      }
      int slot = interruption.startMinute() / History.SLOT_MINUTES;
      int pmt = customer.pmts().parentAt(slot);
      boolean cut =
          interruption.pmt() == pmt
              || (interruption.pmt() == Outages.WHOLE_FEEDER
                  && pair.pmts().get(pmt).feeders().parentAt(slot) == interruption.feeder());
      if (cut) {
        event(spell.meterId(), "power_down", start, "\"duration_s\": " + (end - start));
        event(spell.meterId(), "power_up", end, "\"voltage_v\": 226.4");
      }
    }
    TreeMap<LocalDate, Integer> tampered = new TreeMap<>();
    for (int day = spell.fromDay(); day < Math.min(history.days(), spell.toDay()); day++) {
      Draws draws = blueprint.draws();
      long moment = history.dayStart(day) + draws.below(86_000, Topic.EVENT, spell.meterId(), day);
      int draw = draws.below(1000, Topic.EVENT, spell.meterId(), 100_000L + day);
      boolean thief = day >= customer.theftDay();
      if (thief && draw < 60) {
        tampered.merge(history.date(day).withDayOfMonth(1), 1, Integer::sum);
        event(
            spell.meterId(),
            draw < 35 ? "cover_open" : "magnetic_field",
            moment,
            "\"phase\": \"A\"");
      } else if (draw >= 990) {
        event(spell.meterId(), "low_voltage", moment, "\"voltage_v\": " + (150 + draw % 40) + ".5");
      } else if (draw >= 986) {
        event(spell.meterId(), "clock_drift", moment, "\"drift_s\": " + (draw % 7 - 9));
      } else if (draw >= 983) {
        event(
            spell.meterId(),
            "communication_lost",
            moment,
            "\"duration_s\": " + 900 * (draw % 9 + 1));
      }
    }
    tampered.forEach(
        (month, events) ->
            rows.manifest().add(new Planted.TamperEvents(customer.consumerId(), month, events)));
  }

  private void event(long meterId, String kind, long occurred, String detail) {
    long received = Math.min(blueprint.history().end(), occurred + 30 + nextEvent % 90);
    String payload =
        "{\"firmware\": \""
            + firmware(meterId)
            + "\", \"severity\": "
            + (nextEvent % 3 + 1)
            + ", "
            + detail
            + "}";
    rows.of(METER_EVENT)
        .number(++nextEvent)
        .number(meterId)
        .text(kind)
        .instant(occurred)
        .instant(received)
        .text(payload)
        .endRow();
  }
}
