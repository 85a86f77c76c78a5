"""Sign-in on the local stack: Supabase's `/auth/v1`, for an app in development."""
