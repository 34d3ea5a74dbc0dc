package lakehouse.load.utility;

import java.sql.SQLException;

/** One transaction of the live workload; it is committed when {@link #apply} returns. */
@FunctionalInterface
interface LiveTransaction {

  void apply(LiveSession session) throws SQLException;
}
