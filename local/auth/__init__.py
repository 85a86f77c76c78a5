"""Sign-in on the local stack: what `/auth/v1` is on Supabase, for an app in development."""
