"""Quality of one image: arrays in, a verdict out. No files, no clock, no logging.

One measure a file; `fingerprint`, `face` and `document` make verdicts of them. These are first, simple measures
under their own names; those of the standards are in `nfiq2` (ISO/IEC 29794-4) and `iso29794_5`.
"""
