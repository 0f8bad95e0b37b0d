"""Model packs: what others trained, read out of hash-pinned packages, kept in the environment, verified when read.

Responsible for what packs there are (`packs/*.toml`), for having them, and for giving their verified bytes. Not for
what the bytes mean: the room that uses a model reads it.
"""
