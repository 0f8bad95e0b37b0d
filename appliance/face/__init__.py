"""What small networks see in a picture of a person: faces, points, expressions, person or background, whom to follow.

Pure: arrays and the bytes of networks in, values out. Places are in pixels of the picture, x to the right and y
downwards, the middle of the first pixel being (0, 0). Responsible for what is seen and where; not for whether it is
good (`quality/`) or alive (`liveness/`), nor for where the networks come from (`models/`).
"""
