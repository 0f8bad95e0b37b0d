"""Hints that a frame may not come from a living finger: arrays in, values out. No files, no clock, no logging.

One hint a file; `fingerprint` puts them together. Hints are not presentation attack detection (ISO/IEC 30107):
whatever they say, the record says *not performed*. They are kept apart from quality, and never shown to the applicant.
Faces have a room of their own, `face/`.
"""
