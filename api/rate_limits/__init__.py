"""How often: each user's requests by what they do, and each address's before anybody is known.

Counted with `limits`, as a sliding window: the period behind holds about the limit at any time, as
if the period before had been used evenly, and never twice as much. A limit stops a loop or a flood,
and is so generous that an ordinary app never meets it.
Where the shared storage is away, requests pass: an API that is down protects nobody.
"""
