"use client";

import { etagOf, type WingmanSession } from "session-api-client";
import { useCallback, useState } from "react";

import { LocalTime } from "@/components/local-time";
import { Notes } from "@/components/notes";
import { sessionApi } from "@/lib/api/browser";
import { words } from "@/lib/errors";
import { useLive } from "@/lib/live";

export function WingmanSessionView({ initial, initialTag }: { initial: WingmanSession; initialTag?: string }) {
  const [session, setSession] = useState(initial);
  const [tag, setTag] = useState(initialTag);
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const id = initial.id;

  const reload = useCallback(async () => {
    const read = await sessionApi().wingman.get(id);
    setSession(read);
    setTag(etagOf(read));
  }, [id]);
  useLive("wingman_sessions", `id=eq.${id}`, reload);

  async function act(action: () => Promise<unknown>) {
    setBusy(true);
    setError(undefined);
    try {
      await action();
    } catch (problem) {
      setError(words(problem));
    }
    await reload().catch((problem: unknown) => setError(words(problem)));
    setBusy(false);
  }

  const api = sessionApi().wingman;
  const buddy = session.you === "user1" ? session.participants.user2 : session.participants.user1;
  const isOpen = session.status === "scheduled" || session.status === "in_progress";
  return (
    <article>
      <h1>{session.venue_name}</h1>
      <p className="row">
        <LocalTime at={session.scheduled_time} />
        <span className="status" data-testid="status" aria-live="polite">{session.status}</span>
      </p>
      <ul className="cards">
        {[session.participants.user1, session.participants.user2].map((it) => (
          <li key={it.id} className="card">
            <strong>{it.name}</strong>: {it.challenge.title} ({it.challenge.points} points)
            {it.confirmed ? ", confirmed" : ""}
          </li>
        ))}
      </ul>
      <p className="row">
        <button disabled={busy || !session.can_confirm} onClick={() => act(() => api.confirm(id))}>
          Confirm {buddy.name}
        </button>
        <button disabled={busy || !session.can_cancel} onClick={() => act(() => api.cancel(id))}>Cancel</button>
        <button disabled={busy || !isOpen || !session.due} onClick={() => act(() => api.noShow(id))}>
          {buddy.name} did not come
        </button>
      </p>
      {error && <p role="alert" className="error">{error}</p>}
      <Notes id={id} stored={session.notes ?? ""} tag={tag} onSaved={reload} />
    </article>
  );
}
