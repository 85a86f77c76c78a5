"use client";

import { ApiError } from "session-api-client";
import { useState } from "react";

import { sessionApi } from "@/lib/api/browser";
import { fieldWords, words } from "@/lib/errors";

type Props = { id: string; stored: string; tag?: string; onSaved: () => Promise<void> };

/**
 * The session's shared notes. Saving sends the ETag of the state that the editing began with: if
 * somebody has changed the session since, nothing is written and both texts are shown.
 */
export function Notes({ id, stored, tag, onSaved }: Props) {
  const [draft, setDraft] = useState<{ text: string; tag?: string }>();
  const [conflict, setConflict] = useState(false);
  const [message, setMessage] = useState<string>();

  async function save(ifMatch?: string) {
    setMessage(undefined);
    try {
      await sessionApi().wingman.notes(id, draft?.text ?? stored, { ifMatch });
      setDraft(undefined);
      setConflict(false);
      setMessage("Saved.");
    } catch (error) {
      if (error instanceof ApiError && error.code === "PRECONDITION_FAILED") setConflict(true);
      else setMessage(fieldWords(error, "notes") ?? words(error));
    }
    await onSaved();
  }

  return (
    <section aria-label="Notes" className="column">
      <label>
        Notes
        <textarea
          rows={4}
          value={draft?.text ?? stored}
          onChange={(event) => setDraft({ text: event.target.value, tag: draft ? draft.tag : tag })}
        />
      </label>
      {conflict ? (
        <div role="alert" className="card">
          <p>The session has changed since you began. The notes are now:</p>
          <blockquote data-testid="theirs">{stored}</blockquote>
          <div className="row">
            <button onClick={() => save(tag)}>Save mine</button>
            <button onClick={() => { setDraft(undefined); setConflict(false); }}>Take theirs</button>
          </div>
        </div>
      ) : (
        <button disabled={!draft} onClick={() => save(draft?.tag)}>Save notes</button>
      )}
      <p role="status">{message}</p>
    </section>
  );
}
