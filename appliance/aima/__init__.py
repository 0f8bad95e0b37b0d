"""Everything that is said to AIMA about packages: TLS, upload, receipts, and when to try again."""
