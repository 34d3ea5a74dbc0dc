package lakehouse.load.utility;

import java.util.UUID;

/**
 * Random draws by key: each value depends only on the seed, a topic and up to two ordinals, never
 * on what was drawn before. So parts of the utility can be generated in any order and in parallel.
 */
record Draws(long seed) {

  /** What is drawn. Two topics with the same ordinals are independent of each other. */
  enum Topic {
    FEEDER,
    FEEDER_FAULT,
    PLANNED,
    LOADSHED,
    PMT,
    PMT_SWITCH,
    PMT_FAULT,
    SERVICE_POINT,
    SERVICE_SWITCH,
    LOAD,
    DAY,
    THEFT,
    METER,
    REACTIVE,
    LATENCY,
    GAP,
    EVENT,
    PERSON,
    BILL,
    PAYMENT,
    ADJUSTMENT,
    COMPLAINT,
    TRANSCRIPT,
    APPLICATION,
    LIVE,
    METER_FAULT,
    CORRECTION,
    BILL_FAULT,
    LATE_ROUND,
    MIS_SWITCH
  }

  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  /** 64 even bits for this key. */
  long bits(Topic topic, long id, long n) {
    long state = mix(seed + GOLDEN * (topic.ordinal() + 1));
    return mix(mix(state + GOLDEN * id) + GOLDEN * n);
  }

  /** An integer from 0 to bound - 1. */
  int below(int bound, Topic topic, long id, long n) {
    return (int) (((bits(topic, id, n) >>> 32) * bound) >>> 32);
  }

  /** An integer from low to high, both inclusive. */
  int between(int low, int high, Topic topic, long id, long n) {
    return low + below(high - low + 1, topic, id, n);
  }

  /** True in {@code permille} of 1000 keys. */
  boolean chance(int permille, Topic topic, long id, long n) {
    return below(1000, topic, id, n) < permille;
  }

  /** One of the values. */
  <T> T oneOf(T[] values, Topic topic, long id, long n) {
    return values[below(values.length, topic, id, n)];
  }

  /** A version 4 UUID. */
  UUID uuid(Topic topic, long id, long n) {
    long high = (bits(topic, id, n) & ~0xF000L) | 0x4000L;
    long low = (bits(topic, ~id, n) & 0x3FFFFFFFFFFFFFFFL) | 0x8000000000000000L;
    return new UUID(high, low);
  }

  /** The finalizer of SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom generators). */
  private static long mix(long value) {
    long z = value + GOLDEN;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
