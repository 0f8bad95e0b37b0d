"""What every room may use and none owns: clock, task supervision, logging."""
