"""`session-api install`: puts kinds of sessions into a Supabase project, beside what it has."""
