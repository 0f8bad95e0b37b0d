"""The durable queue of sealed packages: written, synced, then said; erased only after a verified receipt."""
