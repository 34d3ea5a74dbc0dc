package lakehouse.load.utility;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.LocalDate;
import lakehouse.load.utility.Tariffs.Charges;
import lakehouse.load.utility.Tariffs.Kind;
import org.junit.jupiter.api.Test;

class TestTariffs {

  private static final LocalDate BEFORE = LocalDate.of(2025, 6, 30);
  private static final LocalDate AFTER = LocalDate.of(2025, 7, 1);

  private final Tariffs tariffs =
      Tariffs.of(History.of(UtilitySize.ofScale(1), UtilityGenerator.DEFAULT_AS_OF));

  /**
   * 250 units: 100 x 22.44 + 100 x 28.91 + 50 x 33.10 = 6790.00, fixed 200.00; duty 1.5 % of
   * 6990.00 = 104.85; tax 18 % of 7094.85 = 1277.073.
   */
  @Test
  void chargesEachUnitAtTheRateOfItsSlab() {
    assertThat(tariffs.validOn(Kind.UNPROTECTED, BEFORE).charges(250, 0, 200))
        .isEqualTo(new Charges(679_000, 20_000, 10_485, 127_707));
  }

  /** The same from the first day of the next notification: 23.59, 30.0725, 34.265 and 250.00. */
  @Test
  void chargesByTheNotificationOfTheDay() {
    assertThat(tariffs.validOn(Kind.UNPROTECTED, AFTER).charges(250, 0, 200))
        .isEqualTo(new Charges(707_950, 25_000, 10_994, 133_910));
  }

  /**
   * 1000 units, 200 of them peak, 7.50 kW: 800 x 34.3675 + 200 x 45.4225 = 36578.50; fixed 7.50 x
   * 1250 = 9375.00; duty 2 % of 45953.50 = 919.07; tax 18 % of 46872.57 = 8437.0626.
   */
  @Test
  void chargesPeakUnitsApartAndFixedChargesByTheKilowatt() {
    assertThat(tariffs.validOn(Kind.COMMERCIAL_TIME_OF_USE, AFTER).charges(1_000, 200, 750))
        .isEqualTo(new Charges(3_657_850, 937_500, 91_907, 843_706));
  }

  @Test
  void holdsAHomeProtectedByTheMostOfItsMonths() {
    assertThat(Tariffs.kindOf(LoadClass.SMALL_HOME, 100, 100)).isEqualTo(Kind.LIFELINE);
    assertThat(Tariffs.kindOf(LoadClass.HOME, 110, 100)).isEqualTo(Kind.PROTECTED);
    assertThat(Tariffs.kindOf(LoadClass.HOME, 110, 200)).isEqualTo(Kind.PROTECTED);
    assertThat(Tariffs.kindOf(LoadClass.HOME, 110, 201)).isEqualTo(Kind.UNPROTECTED);
  }

  @Test
  void knowsNoTariffBeforeTheFirstNotification() {
    assertThatThrownBy(() -> tariffs.validOn(Kind.LIFELINE, LocalDate.of(2024, 6, 30)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("No tariff A1-L is valid on 2024-06-30");
  }
}
