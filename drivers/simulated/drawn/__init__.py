"""Pictures of people who do not exist: drawn from a seed, so that a desk of devices works with no recording at all."""
