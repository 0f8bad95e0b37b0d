"""One attendance: a pure state machine over its journal, and the conductor that drives devices by it."""
