"""Liveness of faces: one file a check."""
