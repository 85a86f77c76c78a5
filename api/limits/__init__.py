"""How often: each user's requests by what they do, and each address's before anybody is known.

Counted with `limits`, as a sliding window: at any time, the period behind holds no more than the
limit. A limit stops a loop or a flood, and is so generous that an ordinary app never meets it.
Where the shared storage is away, requests pass: an API that is down protects nobody.
"""
