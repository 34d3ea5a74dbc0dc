package lakehouse.ingest.parquet;

import java.util.Arrays;

/** Gives each distinct number the next index, from 0. */
final class LongDictionary {
  private long[] values = new long[64];
  private int size;

  /** Index + 1 by the hash of the number; 0 where none is. */
  private int[] slots = new int[128];

  private int mask = slots.length - 1;

  int indexOf(long value) {
    int slot = slot(value);
    if (slots[slot] == 0) {
      if (size == values.length) {
        grow();
        slot = slot(value);
      }
      values[size++] = value;
      slots[slot] = size;
    }
    return slots[slot] - 1;
  }

  private int slot(long value) {
    int slot = Hash.of(value) & mask;
    while (slots[slot] != 0 && values[slots[slot] - 1] != value) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private void grow() {
    values = Arrays.copyOf(values, 2 * size);
    slots = new int[4 * size];
    mask = slots.length - 1;
    for (int i = 0; i < size; i++) {
      slots[slot(values[i])] = i + 1;
    }
  }

  int size() {
    return size;
  }

  long value(int index) {
    return values[index];
  }
}
