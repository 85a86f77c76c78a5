"""Generators for `make types` and `make policies`."""
