"use client";

import { etagOf, type WingmanSession } from "session-api-client";
import { useCallback, useEffect, useRef, useState } from "react";

import { LocalTime } from "@/components/local-time";
import { Notes } from "@/components/notes";
import { sessionApi } from "@/lib/api/browser";
import { words } from "@/lib/errors";
import { useLive } from "@/lib/live";

const HOUR = 3_600_000;

export function WingmanSessionView({ initial, initialTag }: { initial: WingmanSession; initialTag?: string }) {
  const [session, setSession] = useState(initial);
  const [tag, setTag] = useState(initialTag);
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const newest = useRef(0);
  const id = initial.id;

  const reload = useCallback(async () => {
    const reading = (newest.current += 1);
    try {
      const read = await sessionApi().wingman.get(id);
      if (reading !== newest.current) return; // a later reading is newer, whichever comes first
      setSession(read);
      setTag(etagOf(read));
    } catch (problem) {
      setError(words(problem));
    }
  }, [id]);
  useLive("wingman_sessions", `id=eq.${id}`, reload);

  // reaching the scheduled time changes no row, so read again then; `due` is by the database's clock, not this one
  useEffect(() => {
    if (session.due) return;
    const wait = new Date(session.scheduled_time).getTime() - Date.now();
    const timer = setTimeout(reload, Math.min(Math.max(wait, 1000), HOUR));
    return () => clearTimeout(timer);
  }, [session, reload]);

  async function act(action: () => Promise<unknown>) {
    setBusy(true);
    setError(undefined);
    try {
      await action();
    } catch (problem) {
      setError(words(problem));
    }
    await reload();
    setBusy(false);
  }

  const api = sessionApi().wingman;
  const buddy = session.you === "user1" ? session.participants.user2 : session.participants.user1;
  return (
    <article>
      <h1>{session.venue_name}</h1>
      <p className="row">
        <LocalTime at={session.scheduled_time} />
        <span className="status" data-testid="status" aria-live="polite">{session.status.replace("_", " ")}</span>
      </p>
      <ul className="cards">
        {(["user1", "user2"] as const).map((side) => {
          const it = session.participants[side];
          return (
            <li key={side} className="card">
              <strong>{it.name}</strong>: {it.challenge.title} ({it.challenge.points} points)
              {it.confirmed && ", confirmed"}
              {session.absent === side && ", did not come"}
            </li>
          );
        })}
      </ul>
      <p className="row">
        <button disabled={busy || !session.can_confirm} onClick={() => act(() => api.confirm(id))}>
          Confirm {buddy.name}
        </button>
        <button disabled={busy || !session.can_cancel} onClick={() => act(() => api.cancel(id))}>Cancel</button>
        <button disabled={busy || !session.can_report_no_show} onClick={() => act(() => api.noShow(id))}>
          {buddy.name} did not come
        </button>
      </p>
      {error && <p role="alert" className="error">{error}</p>}
      <Notes id={id} stored={session.notes ?? ""} tag={tag} onSaved={reload} />
    </article>
  );
}
