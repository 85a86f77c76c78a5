"""Mutation testing of the schema: every loosening of it, made from the live catalog.

`python -m tests.policies.mutants` makes each in a transaction of its own and runs the suite on it.
A mutant that leaves the suite green is a hole in the suite.
"""
