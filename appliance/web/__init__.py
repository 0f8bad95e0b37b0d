"""The local page for the technician. It shows snapshots and passes on a narrow set of commands; it decides nothing."""
