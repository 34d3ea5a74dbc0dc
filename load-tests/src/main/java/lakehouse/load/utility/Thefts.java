package lakehouse.load.utility;

import java.util.List;
import lakehouse.load.utility.Energy.Metered;
import lakehouse.load.utility.Registers.Reading;

/** Tells who steals, and how much of each bill's time. */
record Thefts(Blueprint blueprint, TiePair pair, Manifest manifest) {

  void tell(Customer customer, Metered metered, List<Reading> readings) {
    if (customer.theftDay() == Customer.NEVER) {
      return;
    }
    History history = blueprint.history();
    manifest.add(
        new Planted.Theft(
            customer.consumerId(),
            pair.pmts().get(customer.pmts().last()).id(),
            history.date(customer.theftDay()),
            customer.meteredPermille()));
    for (int i = 1; i < readings.size(); i++) {
      Reading from = readings.get(i - 1);
      Reading to = readings.get(i);
      if (from.meterId() == to.meterId() && to.day() > customer.theftDay()) {
        manifest.add(
            new Planted.TheftMonth(
                customer.consumerId(),
                history.date(to.day()).withDayOfMonth(1),
                metered.drawnWh()[to.day()] - metered.drawnWh()[from.day()],
                metered.registerWh()[to.day()] - metered.registerWh()[from.day()]));
      }
    }
  }
}
