"""`python -m local`: the local stack's commands."""

from local.commands import local

local()
