"""Rate limits: per user by kind of request, and per address before authentication.

Counted as a sliding window, with `limits`: the last period never has more than about
the limit, so never twice the limit. They stop loops and floods, and are so generous that an
ordinary app never reaches them. If the shared storage is unreachable, requests pass.
"""
