"""Live changes on the local stack: the part of Supabase's `/realtime/v1` that is about rows.

Changes are read from the write-ahead log by logical decoding, as Supabase's Realtime reads them:
nothing is added to a project's tables, and what is rolled back is never seen.
"""
