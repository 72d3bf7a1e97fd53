"""Columns of the tables that the compiled search works on.

An *option* is a task along one of its ways: 2 x task + way. A row of ``rows`` holds a route's options in order.
"""

DEMAND, SERVICE, WEIGHT, NEEDS = range(4)
"""Columns of ``of_task`` [task, 4]."""
HOME, BACK, CAPACITY, LONGEST, COUNT, CAN = range(6)
"""Columns of ``of_kind`` [kind of vehicle, 6]; home is a row of ``far``, back a column."""
LEAVE, ENTER = range(2)
"""Columns of ``ends`` [option, 2]: the row of ``far`` on leaving it, the column on entering it."""
LENGTH, LOAD, DURATION, VALUE, KIND, VERSION = range(6)
"""Columns of ``routes`` [row, 6]. A version stands for one content: rows with the same version hold the same."""
"""Columns of ``state`` follow."""
LIVE, COST, BEST, NEXT, FREE = range(5)
"""Columns of ``state`` [5]: rows in use, the goal now and at its best, the next version, free rows on the stack."""
SEEN, DELTA, PLACE = range(3)
"""Columns of ``memory`` [task, row, 3]: version of the row when it was scanned, what the task adds, 2 x place + way."""
RATE, NOW, OVER, LAST, KEPT = range(5)
"""Columns of ``press`` [5]: what a unit of load beyond capacity costs, the goal now with it, the load beyond capacity
now and in the plan last looked at, and turns that ended with none."""
