"""Rate limits: per user by kind of request, and per address before authentication.

Counted as a sliding window, with `limits`: about the limit per period, never twice that. Limits
stop loops and floods, and are so generous that an ordinary app never reaches them. If the shared
storage is unreachable, requests pass: an API that is down protects nobody.
"""
