"""Session API beside what a user would pick instead. See `python -m benchmarks --help`."""
