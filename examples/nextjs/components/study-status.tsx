"use client";

import type { StudySession } from "session-api-client";
import { useCallback, useState } from "react";

import { sessionApi } from "@/lib/api/browser";
import { words } from "@/lib/errors";
import { useLive } from "@/lib/live";

const NEXT = { UPLOADING: "PROCESSING", PROCESSING: "PLANNING", PLANNING: "READY" } as const;

/** A session's status, live, with the button for its next step. */
export function StudyStatus({ initial }: { initial: StudySession }) {
  const [session, setSession] = useState(initial);
  const [error, setError] = useState<string>();
  const id = initial.id;
  const reload = useCallback(async () => {
    try {
      setSession(await sessionApi().study.get(id));
    } catch (problem) {
      setError(words(problem));
    }
  }, [id]);
  useLive("study_sessions", `id=eq.${id}`, reload);

  const next = session.status in NEXT ? NEXT[session.status as keyof typeof NEXT] : undefined;
  async function advance() {
    setError(undefined);
    try {
      setSession(await sessionApi().study.update(id, { status: next }));
    } catch (problem) {
      setError(words(problem));
    }
  }
  return (
    <>
      <span className="status" aria-live="polite">{session.status}</span>{" "}
      {next && <button onClick={advance} aria-label={`Move ${session.title} on to ${next.toLowerCase()}`}>Next step</button>}
      {error && <span role="alert" className="error">{error}</span>}
    </>
  );
}
