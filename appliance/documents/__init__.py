"""What stands on and in an applicant's document. So far: the machine-readable zone."""
