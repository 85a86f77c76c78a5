"""`session-api install`: adds kinds of sessions to an existing Supabase project."""
