"use client";

import { useRouter } from "next/navigation";
import { useState, type FormEvent } from "react";

import { sessionApi } from "@/lib/api/browser";
import { fieldWords, words } from "@/lib/errors";

export type Choice = { id: string; title: string };

export function Schedule({ matches, challenges }: { matches: Choice[]; challenges: Choice[] }) {
  const router = useRouter();
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setError(undefined);
    try {
      const session = await sessionApi().wingman.schedule({
        match_id: String(form.get("match_id")),
        venue_name: String(form.get("venue_name")),
        // the viewer's own zone, as an instant
        scheduled_time: new Date(String(form.get("scheduled_time"))).toISOString(),
        user1_challenge_id: String(form.get("user1_challenge_id")),
        user2_challenge_id: String(form.get("user2_challenge_id")),
      });
      router.push(`/wingman/${session.id}`);
    } catch (problem) {
      setError(problem);
      setBusy(false);
    }
  }

  return (
    <form onSubmit={submit} className="column">
      <Select name="match_id" label="With" choices={matches} />
      <label>
        Venue
        <input name="venue_name" required maxLength={200} aria-describedby="venue-error" />
        <span id="venue-error" className="error">{fieldWords(error, "venue_name")}</span>
      </label>
      <label>
        Time
        <input name="scheduled_time" type="datetime-local" required aria-describedby="time-error" />
        <span id="time-error" className="error">{fieldWords(error, "scheduled_time")}</span>
      </label>
      <Select name="user1_challenge_id" label="First challenge" choices={challenges} />
      <Select name="user2_challenge_id" label="Second challenge" choices={challenges} />
      <button disabled={busy}>Schedule</button>
      {error !== undefined && <p role="alert" className="error">{words(error)}</p>}
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
