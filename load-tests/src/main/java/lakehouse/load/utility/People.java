package lakehouse.load.utility;

import lakehouse.load.utility.Draws.Topic;

/**
 * Invented persons. The same ordinal is always the same person, in every database: same name, same
 * national identity number.
 */
record People(Draws draws) {

  private static final String[] FIRST_NAMES = {
    "Ahmed", "Ali", "Asma", "Bilal", "Danish", "Faisal", "Farah", "Fatima", "Hamza", "Hina",
    "Imran", "Iqra", "Javed", "Kamran", "Khadija", "Maria", "Nadeem", "Nasreen", "Omar", "Rabia",
    "Rashid", "Saima", "Salman", "Sana", "Shahid", "Sidra", "Tariq", "Usman", "Yasir", "Zainab"
  };
  private static final String[] LAST_NAMES = {
    "Abbasi",
    "Ansari",
    "Baloch",
    "Bhatti",
    "Chandio",
    "Farooqi",
    "Ghani",
    "Hashmi",
    "Hussain",
    "Jatoi",
    "Khan",
    "Lodhi",
    "Memon",
    "Mirza",
    "Niazi",
    "Qureshi",
    "Rizvi",
    "Shaikh",
    "Siddiqui",
    "Solangi",
    "Zaidi"
  };
  private static final String[] CNIC_REGIONS = {"42101", "42201", "42301", "42401", "42501"};
  private static final String[] AREAS = {
    "Gulshan-e-Iqbal",
    "Nazimabad",
    "Korangi",
    "Landhi",
    "Lyari",
    "Malir",
    "Orangi",
    "Saddar",
    "SITE",
    "Clifton",
    "North Karachi",
    "Gulistan-e-Johar"
  };

  /** Neighbourhoods, twelve of them. */
  static String area(int ordinal) {
    return AREAS[Math.floorMod(ordinal, AREAS.length)];
  }

  static int areas() {
    return AREAS.length;
  }

  String name(long person) {
    return draws.oneOf(FIRST_NAMES, Topic.PERSON, person, 0)
        + " "
        + draws.oneOf(LAST_NAMES, Topic.PERSON, person, 1);
  }

  /** Unique among ten million persons. */
  String cnic(long person) {
    long serial = Math.floorMod(person * 7_654_321L + 1_234_567L, 10_000_000L);
    String digits = Long.toString(10_000_000L + serial).substring(1);
    String region = CNIC_REGIONS[(int) Math.floorMod(person / 10_000_000L, CNIC_REGIONS.length)];
    return region + "-" + digits + "-" + draws.between(1, 9, Topic.PERSON, person, 2);
  }

  String phone(long person) {
    int prefix = draws.between(300, 349, Topic.PERSON, person, 3);
    return "0" + prefix + "-" + draws.between(1_000_000, 9_999_999, Topic.PERSON, person, 4);
  }

  String address(long person, String area) {
    return "House "
        + draws.between(1, 480, Topic.PERSON, person, 5)
        + ", Street "
        + draws.between(1, 40, Topic.PERSON, person, 6)
        + ", "
        + area
        + ", Karachi";
  }
}
