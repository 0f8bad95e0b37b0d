"""What the benchmarks compute their figures with."""
