"""What is computed from an impression whatever it is used for: segmentation, minutiae, comparison."""
