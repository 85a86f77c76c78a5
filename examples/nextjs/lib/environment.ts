/** The addresses of the project and its API: `session-api env > .env.local` writes them. */
export const SUPABASE_URL = process.env.NEXT_PUBLIC_SUPABASE_URL!;
export const SUPABASE_KEY = process.env.NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY!;
export const API_URL = process.env.NEXT_PUBLIC_SESSION_API_URL!;
