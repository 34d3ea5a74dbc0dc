package lakehouse.load.utility;

import static lakehouse.load.utility.UtilityTable.GRID_STATION;
import static lakehouse.load.utility.UtilityTable.IBC;
import static lakehouse.load.utility.UtilityTable.TARIFF;
import static lakehouse.load.utility.UtilityTable.TARIFF_SLAB;

import java.time.LocalDate;
import lakehouse.load.utility.Draws.Topic;

/** Writes what belongs to no tie pair: offices, tariffs, grid stations. */
record ReferenceRows(Blueprint blueprint, ChunkRows rows) {

  private static final String[][] OFFICES = {
    {"Gulshan", "East"},
    {"Nazimabad", "Central"},
    {"Korangi", "Korangi"},
    {"Lyari", "South"},
    {"Malir", "Malir"},
    {"Orangi", "West"}
  };
  private static final long OPENED = History.midnight(LocalDate.of(2012, 7, 1));

  void write() {
    for (int i = 0; i < OFFICES.length; i++) {
      rows.of(IBC)
          .number(i + 1)
          .text("IBC " + OFFICES[i][0])
          .text(OFFICES[i][1])
          .text(
              "{\""
                  + People.area(3 * i + 1)
                  + "\",\""
                  + People.area(3 * i + 2)
                  + "\",\""
                  + People.area(3 * i + 3)
                  + "\"}")
          .instant(OPENED)
          .endRow();
    }
    blueprint.tariffs().writeTo(rows.of(TARIFF), rows.of(TARIFF_SLAB));
    for (int id = 1; id <= blueprint.size().gridStations(); id++) {
      Draws draws = blueprint.draws();
      rows.of(GRID_STATION)
          .number(id)
          .text("Grid " + People.area(5 * id) + " " + id)
          .decimal(1320, 1)
          .decimal(draws.between(8, 16, Topic.FEEDER, -id, 0) * 1_000L, 2)
          .decimal(24_860_000 + draws.between(-90_000, 140_000, Topic.FEEDER, -id, 1), 6)
          .decimal(67_010_000 + draws.between(-60_000, 200_000, Topic.FEEDER, -id, 2), 6)
          .instant(OPENED)
          .endRow();
    }
  }
}
