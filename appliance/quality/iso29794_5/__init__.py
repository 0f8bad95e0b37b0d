"""The 28 components of face image quality (ISO/IEC 29794-5:2025): one measure, or one family of them, a file.

Names, raw values and scalars are those of the standard's reference, OFIQ 1.1. Nothing here finds a face: landmarks,
masks, coefficients and angles are given. What OFIQ takes from networks that no registry has is estimated by methods of
our own, in `estimated/`, and says so in its algorithm's name. A component whose input is missing is absent.
"""
