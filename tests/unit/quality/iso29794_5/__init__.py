"""The components of ISO/IEC 29794-5, on drawn faces and against what OFIQ published."""
