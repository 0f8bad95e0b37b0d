"""Quality of one image: arrays in, a verdict out. No files, no clock, no logging.

One measure a file; `fingerprint`, `face` and `document` make verdicts of them. These are first, simple measures
under their own names: they are not NFIQ 2 (ISO/IEC 29794-4) nor OFIQ (ISO/IEC 29794-5) where they do not say so.
"""
