"""Writers of the generated files: `make types`, `make policies`."""
