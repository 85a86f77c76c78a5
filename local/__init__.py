"""What stands in for Supabase on this machine: Postgres, PostgREST and one gateway, no Docker."""
