"""Frozen values that several rooms share. No behaviour beyond what follows from the values themselves."""
