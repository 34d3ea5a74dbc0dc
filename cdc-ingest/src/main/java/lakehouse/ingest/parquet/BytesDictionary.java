package lakehouse.ingest.parquet;

import java.util.Arrays;

/** Gives each distinct sequence of bytes the next index, from 0. Holds them as pages do. */
final class BytesDictionary {
  private final PlainBytes values;
  private int[] offsets = new int[64];
  private int[] lengths = new int[64];
  private int size;

  /** Index + 1 by the hash of the bytes; 0 where none is. */
  private int[] slots = new int[128];

  private int mask = slots.length - 1;

  BytesDictionary(boolean sameLength) {
    this.values = new PlainBytes(sameLength);
  }

  int indexOf(byte[] bytes, int offset, int length) {
    int slot = slot(bytes, offset, length);
    if (slots[slot] == 0) {
      if (size == offsets.length) {
        grow();
        slot = slot(bytes, offset, length);
      }
      offsets[size] = values.add(bytes, offset, length);
      lengths[size++] = length;
      slots[slot] = size;
    }
    return slots[slot] - 1;
  }

  private int slot(byte[] bytes, int offset, int length) {
    int slot = Hash.of(bytes, offset, length) & mask;
    while (slots[slot] != 0 && !isAt(slots[slot] - 1, bytes, offset, length)) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  boolean isAt(int index, byte[] bytes, int offset, int length) {
    int at = offsets[index];
    return lengths[index] == length
        && Arrays.equals(values.array(), at, at + length, bytes, offset, offset + length);
  }

  private void grow() {
    offsets = Arrays.copyOf(offsets, 2 * size);
    lengths = Arrays.copyOf(lengths, 2 * size);
    slots = new int[4 * size];
    mask = slots.length - 1;
    for (int i = 0; i < size; i++) {
      slots[slot(values.array(), offsets[i], lengths[i])] = i + 1;
    }
  }

  int size() {
    return size;
  }

  /** All of them, in the order of their indexes. */
  PlainBytes values() {
    return values;
  }
}
