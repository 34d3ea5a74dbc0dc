package lakehouse.load.utility;

import static lakehouse.load.utility.UtilityTable.FEEDER;
import static lakehouse.load.utility.UtilityTable.FEEDER_PMT;
import static lakehouse.load.utility.UtilityTable.INTERRUPTION;
import static lakehouse.load.utility.UtilityTable.LOADSHED_SCHEDULE;
import static lakehouse.load.utility.UtilityTable.PMT;
import static lakehouse.load.utility.UtilityTable.PMT_SERVICE_POINT;
import static lakehouse.load.utility.UtilityTable.SERVICE_POINT;

import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import lakehouse.load.utility.Attachments.Attachment;
import lakehouse.load.utility.Draws.Topic;
import lakehouse.load.utility.Outages.Interruption;
import lakehouse.load.utility.Outages.ScheduledSlot;
import lakehouse.load.utility.TiePair.Feeder;
import lakehouse.load.utility.TiePair.Pmt;

/** Writes the rows of database {@code network} for one tie pair. */
record NetworkRows(Blueprint blueprint, TiePair pair, Outages outages, ChunkRows rows) {

  /** Karachi, in millionths of a degree. */
  private static final int LATITUDE = 24_860_000;

  private static final int LONGITUDE = 67_010_000;

  void write() {
    for (int side = 0; side < 2; side++) {
      writeFeeder(pair.feeders().get(side));
    }
    for (int p = 0; p < pair.pmts().size(); p++) {
      writePmt(pair.pmts().get(p));
    }
    pair.customers().forEach(this::writeServicePoint);
    outages.interruptions().forEach(this::writeInterruption);
    outages.schedule().forEach(this::writeSchedule);
  }

  private void writeFeeder(Feeder feeder) {
    LocalDate commissioned = LocalDate.of(2006, 3, 1).plusDays(feeder.id() % 500);
    rows.of(FEEDER)
        .number(feeder.id())
        .text(String.format(Locale.ROOT, "F-%05d", feeder.id()))
        .text(People.area(feeder.id()) + " " + feeder.id())
        .number(feeder.gridStationId())
        .number(feeder.ibcId())
        .text(feeder.kind().label())
        .decimal(blueprint.draws().between(350, 2_400, Topic.FEEDER, feeder.id(), 3), 2)
        .date(commissioned.toEpochDay())
        .instant(History.midnight(commissioned))
        .endRow();
  }

  private void writePmt(Pmt pmt) {
    CopyText out =
        rows.of(PMT)
            .number(pmt.id())
            .text(String.format(Locale.ROOT, "PMT-%06d", pmt.id()))
            .decimal(pmt.ratedKva() * 10L, 1);
    position(out, Topic.PMT, pmt.id());
    out.date(pmt.commissionedOn().toEpochDay())
        .instant(History.midnight(pmt.commissionedOn()))
        .endRow();
    long commissioned = History.midnight(pmt.commissionedOn());
    List<Attachment> all = pmt.feeders().all();
    for (int i = 0; i < all.size(); i++) {
      CopyText row = rows.of(FEEDER_PMT).number(pmt.id());
      interval(row, all, i, commissioned);
      row.number(pair.feeders().get(all.get(i).parent()).id()).text(all.get(i).reason());
      changed(row, all, i, commissioned);
    }
  }

  private void writeServicePoint(Customer customer) {
    long id = customer.servicePointId();
    LocalDate connected = connectedOn(blueprint, customer);
    CopyText out =
        rows.of(SERVICE_POINT)
            .number(id)
            .text(People.area(customer.feederId()))
            .number(customer.loadClass().threePhase() ? 3 : 1);
    position(out, Topic.SERVICE_POINT, id);
    out.date(connected.toEpochDay()).instant(History.midnight(connected)).endRow();
    List<Attachment> all = pair.recorded(customer).all();
    long start = History.midnight(connected);
    for (int i = 0; i < all.size(); i++) {
      CopyText row = rows.of(PMT_SERVICE_POINT).number(id);
      interval(row, all, i, start);
      row.number(pair.pmts().get(all.get(i).parent()).id()).text(all.get(i).reason());
      changed(row, all, i, start);
    }
  }

  private void writeInterruption(Interruption interruption) {
    History history = blueprint.history();
    long start = history.minuteStart(interruption.startMinute());
    long end = history.minuteStart(interruption.endMinute());
    CopyText row =
        rows.of(INTERRUPTION)
            .number(interruption.id())
            .number(pair.feeders().get(interruption.feeder()).id());
    if (interruption.pmt() == Outages.WHOLE_FEEDER) {
      row.nothing();
    } else {
      row.number(pair.pmts().get(interruption.pmt()).id());
    }
    row.text(interruption.kind()).text(interruption.cause()).instant(start);
    if (end > history.end()) {
      row.nothing().instant(start);
    } else {
      row.instant(end).instant(end);
    }
    row.endRow();
  }

  private void writeSchedule(ScheduledSlot slot) {
    rows.of(LOADSHED_SCHEDULE)
        .number(pair.feeders().get(slot.feeder()).id())
        .date(blueprint.history().epochDay(slot.day()))
        .time(slot.startMinute())
        .time(slot.endMinute())
        .endRow();
  }

  static LocalDate connectedOn(Blueprint blueprint, Customer customer) {
    if (customer.connectedDay() != Customer.BEFORE) {
      return blueprint.history().date(customer.connectedDay());
    }
    return LocalDate.of(2016, 1, 1)
        .plusDays(
            blueprint.draws().below(2_800, Topic.SERVICE_POINT, customer.servicePointId(), 6));
  }

  /** Writes valid_from and valid_to. */
  private void interval(CopyText row, List<Attachment> all, int i, long firstStart) {
    row.instant(i == 0 ? firstStart : blueprint.history().slotStart(all.get(i).fromSlot()));
    if (i + 1 < all.size()) {
      row.instant(blueprint.history().slotStart(all.get(i + 1).fromSlot()));
    } else {
      row.nothing();
    }
  }

  /** Writes updated_at: when the row was closed, else when it began. */
  private void changed(CopyText row, List<Attachment> all, int i, long firstStart) {
    int last = i + 1 < all.size() ? i + 1 : i;
    row.instant(last == 0 ? firstStart : blueprint.history().slotStart(all.get(last).fromSlot()))
        .endRow();
  }

  private void position(CopyText out, Topic topic, long id) {
    out.decimal(LATITUDE + blueprint.draws().between(-90_000, 140_000, topic, id, 50), 6)
        .decimal(LONGITUDE + blueprint.draws().between(-60_000, 200_000, topic, id, 51), 6);
  }
}
