"""What is computed from an impression: its template, comparison, uniqueness and records."""
