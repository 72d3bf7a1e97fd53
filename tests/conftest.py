"""For the whole suite: Ctrl-C reaches what the tests start."""

import signal

# A shell that starts the suite in the background makes it ignore Ctrl-C, and every process a test starts would
# inherit that: the tests that stop a long job by Ctrl-C would wait for its end.
signal.signal(signal.SIGINT, signal.default_int_handler)
