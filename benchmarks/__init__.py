"""Session API compared with the usual alternatives. See `python -m benchmarks --help`."""
