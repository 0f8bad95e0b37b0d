"""Simulated presentations of a face, bona fide and attack, for the bench: rendered, seeded, answering what is asked.

    subject   who is shown: a portrait, where its landmarks lie, how deep a face is
    surface   a picture on something with a depth, turned before the camera
    conduct   how somebody moves and answers
    camera    light, lens, noise, JPEG, times
    species   bona fide, and one class of presenter per species of attack
    injected  films that never saw this camera
    sight     the box's own networks, which find the landmarks in its frames
    counter   one presentation before the checks, from the first frame to the score

Nothing here knows the checks, and they know nothing of it.
"""
