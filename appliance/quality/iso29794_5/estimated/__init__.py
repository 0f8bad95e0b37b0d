"""Our own estimators of the components that OFIQ takes from networks which no registry has.

They bear the standard's component names and algorithm names of ours; their raw values are not OFIQ's. Each says what it
looks at and what it cannot see.
"""
