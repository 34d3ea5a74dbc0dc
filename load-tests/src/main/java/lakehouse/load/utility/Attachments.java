package lakehouse.load.utility;

import java.util.ArrayList;
import java.util.List;

/**
 * What something hung on through the history: each entry holds from its slot to the next entry's,
 * the last one still. So the intervals neither overlap nor leave a gap.
 */
final class Attachments {

  /** From {@code fromSlot} on; {@link #BEFORE_HISTORY} for the first. */
  record Attachment(int fromSlot, int parent, String reason) {}

  static final int BEFORE_HISTORY = Integer.MIN_VALUE;

  private final List<Attachment> all = new ArrayList<>();

  Attachments(int fromSlot, int parent, String reason) {
    all.add(new Attachment(fromSlot, parent, reason));
  }

  /** Moves to another parent; slots must rise. */
  void move(int fromSlot, int parent, String reason) {
    Attachment last = all.get(all.size() - 1);
    if (fromSlot <= last.fromSlot()) {
      throw new IllegalArgumentException(
          "A move must follow the last one at slot " + last.fromSlot() + ", but is at " + fromSlot);
    }
    all.add(new Attachment(fromSlot, parent, reason));
  }

  List<Attachment> all() {
    return all;
  }

  int last() {
    return all.get(all.size() - 1).parent();
  }

  int parentAt(int slot) {
    for (int i = all.size() - 1; i > 0; i--) {
      if (all.get(i).fromSlot() <= slot) {
        return all.get(i).parent();
      }
    }
    return all.get(0).parent();
  }
}
