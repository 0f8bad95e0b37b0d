"""Model packs: what is taken out of which package, and what is refused."""
