"""What every test runs under: one guard a file, loaded as pytest plugins by tests/conftest.py."""
