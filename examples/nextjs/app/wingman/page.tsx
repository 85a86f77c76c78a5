import Link from "next/link";

import { LocalTime } from "@/components/local-time";
import { Schedule, type Choice, type Match } from "@/components/schedule";
import { sessionApi } from "@/lib/api/server";
import { createClient } from "@/lib/supabase/server";

export const metadata = { title: "Wingman sessions" };

export default async function WingmanPage() {
  const api = await sessionApi();
  const [{ items }, choices] = await Promise.all([api.wingman.list({ limit: 50 }), readChoices()]);
  return (
    <>
      <h1>Your sessions</h1>
      {items.length === 0 && <p>None yet.</p>}
      <ul className="cards">
        {items.map((session) => (
          <li key={session.id} className="card">
            <Link href={`/wingman/${session.id}`}>
              {session.participants.user1.name} and {session.participants.user2.name}, {session.venue_name}
            </Link>{" "}
            <span className="status">{session.status.replace("_", " ")}</span>
            <div><LocalTime at={session.scheduled_time} /></div>
          </li>
        ))}
      </ul>
      <p><a href="/wingman/export">Download as CSV</a></p>
      <h2>Schedule one</h2>
      <Schedule {...choices} />
    </>
  );
}

/** Matches and challenges are read directly, under row-level security. */
async function readChoices(): Promise<{ matches: Match[]; challenges: Choice[] }> {
  const supabase = await createClient();
  const [{ data: claims }, matches, profiles, challenges] = await Promise.all([
    supabase.auth.getClaims(),
    supabase.from("wingman_matches").select("id, user1_id, user2_id").eq("status", "accepted"),
    supabase.from("user_profiles").select("id, first_name"),
    supabase.from("approach_challenges").select("id, title").order("points"),
  ]);
  const names = new Map(profiles.data?.map((it) => [it.id, it.first_name]));
  const me = claims?.claims.sub;
  return {
    matches: (matches.data ?? []).map((it) => ({
      id: it.id,
      you: it.user1_id === me ? "user1" : "user2",
      title: names.get(it.user1_id === me ? it.user2_id : it.user1_id) ?? "Unknown",
    })),
    challenges: challenges.data ?? [],
  };
}
