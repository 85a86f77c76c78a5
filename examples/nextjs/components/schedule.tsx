"use client";

import { useRouter } from "next/navigation";
import { useState, type FormEvent } from "react";

import { sessionApi } from "@/lib/api/browser";
import { fieldWords, words } from "@/lib/errors";

export type Choice = { id: string; title: string };
export type Match = Choice & { you: "user1" | "user2" };

export function Schedule({ matches, challenges }: { matches: Match[]; challenges: Choice[] }) {
  const router = useRouter();
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const venueError = fieldWords(error, "venue_name");
  const timeError = fieldWords(error, "scheduled_time");

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const match = matches.find((it) => it.id === form.get("match_id"));
    const [yours, theirs] = [String(form.get("yours")), String(form.get("theirs"))];
    setBusy(true);
    setError(undefined);
    try {
      const session = await sessionApi().wingman.schedule({
        match_id: String(form.get("match_id")),
        venue_name: String(form.get("venue_name")),
        // typed in the viewer's time zone, sent as UTC
        scheduled_time: new Date(String(form.get("scheduled_time"))).toISOString(),
        user1_challenge_id: match?.you === "user1" ? yours : theirs,
        user2_challenge_id: match?.you === "user1" ? theirs : yours,
      });
      router.push(`/wingman/${session.id}`);
    } catch (problem) {
      setError(problem);
      setBusy(false);
    }
  }

  if (matches.length === 0) return <p>You can schedule a session when somebody has accepted a match with you.</p>;
  return (
    <form onSubmit={submit} className="column">
      <Select name="match_id" label="With" choices={matches} />
      <label>
        Venue
        <input name="venue_name" required maxLength={200} aria-describedby="venue-error" />
        <span id="venue-error" className="error">{venueError}</span>
      </label>
      <label>
        Time
        <input name="scheduled_time" type="datetime-local" required aria-describedby="time-error" />
        <span id="time-error" className="error">{timeError}</span>
      </label>
      <Select name="yours" label="Your challenge" choices={challenges} />
      <Select name="theirs" label="Their challenge" choices={challenges} />
      <button disabled={busy}>Schedule</button>
      {error !== undefined && (
        <p role="alert" className="error">{venueError || timeError ? "Not scheduled: see above." : words(error)}</p>
      )}
    </form>
  );
}

function Select({ name, label, choices }: { name: string; label: string; choices: Choice[] }) {
  return (
    <label>
      {label}
      <select name={name} required>
        {choices.map((it) => <option key={it.id} value={it.id}>{it.title}</option>)}
      </select>
    </label>
  );
}
