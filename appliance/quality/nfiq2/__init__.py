"""The 69 measures of NFIQ 2 and its score, on whole arrays: one measure a file.

After ISO/IEC 29794-4 and NIST's NFIQ 2 v2.3 (NISTIR 8382), whose names the measures bear. What all of them look at is
an impression of 500 ppi without its near-white frame; most look at local regions of 32 x 32 pixels.
"""
