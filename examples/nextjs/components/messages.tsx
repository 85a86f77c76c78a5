"use client";

import type { ChatMessage } from "session-api-client";
import { useCallback, useEffect, useLayoutEffect, useRef, useState, type FormEvent } from "react";

import { sessionApi } from "@/lib/api/browser";
import { words } from "@/lib/errors";
import { useLive } from "@/lib/live";

const PAGE = 20;
/** A reader within this many pixels of the last message is scrolled to each new one. */
const NEAR = 40;

/** A chat: older messages as the reader scrolls up, new ones as they come. Cursors avoid duplicates. */
export function Messages({ id, latest }: { id: string; latest: ChatMessage[] }) {
  const [messages, setMessages] = useState(latest);
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const log = useRef<HTMLDivElement>(null);
  const top = useRef<HTMLDivElement>(null);
  const fromEnd = useRef(0);
  const first = messages[0]?.message_order ?? 1;
  const last = messages.at(-1)?.message_order ?? 0;

  const older = useCallback(async () => {
    if (first <= 1) return;
    const page = await sessionApi().chat.messages(id, { before: first, limit: PAGE });
    setMessages((shown) => merged(page.items, shown));
  }, [id, first]);

  const newer = useCallback(async () => {
    const fresh: ChatMessage[] = [];
    try {
      for await (const message of sessionApi().chat.history(id, { after: last })) fresh.push(message);
    } catch (problem) {
      setError(words(problem));
    }
    setMessages((shown) => merged(shown, fresh));
  }, [id, last]);
  useLive("chat_messages", `session_id=eq.${id}`, newer);

  function scrollTo(distance: number) {
    if (log.current) log.current.scrollTop = log.current.scrollHeight - log.current.clientHeight - distance;
  }
  // older messages are inserted above: keep what is being read in place
  useLayoutEffect(() => scrollTo(fromEnd.current), [first]);
  useLayoutEffect(() => {
    if (fromEnd.current < NEAR) scrollTo(0);
  }, [last]);

  useEffect(() => {
    const seen = new IntersectionObserver(([entry]) => {
      if (entry?.isIntersecting) older().catch((problem: unknown) => setError(words(problem)));
    });
    if (top.current) seen.observe(top.current);
    return () => seen.disconnect();
  }, [older]);

  async function post(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
    setBusy(true);
    setError(undefined);
    try {
      await sessionApi().chat.post(id, { role: "user", content: String(new FormData(form).get("content")) });
      form.reset();
      fromEnd.current = 0;
      await newer();
    } catch (problem) {
      setError(words(problem));
    }
    setBusy(false);
  }

  return (
    <>
      <div
        ref={log}
        className="messages"
        role="log"
        aria-label="Messages"
        tabIndex={0}
        onScroll={({ currentTarget: it }) => { fromEnd.current = it.scrollHeight - it.scrollTop - it.clientHeight; }}
      >
        <div ref={top} />
        {messages.map((it) => (
          <p key={it.id} className="card"><strong>{it.role}</strong>: {it.content}</p>
        ))}
      </div>
      <form onSubmit={post} className="row">
        <label>Message <input name="content" required maxLength={32000} autoComplete="off" /></label>
        <button disabled={busy}>Send</button>
      </form>
      {error && <p role="alert" className="error">{error}</p>}
    </>
  );
}

/** Both lists in order, each message once. */
function merged(one: ChatMessage[], two: ChatMessage[]): ChatMessage[] {
  const byOrder = new Map([...one, ...two].map((it) => [it.message_order, it]));
  return [...byOrder.values()].sort((a, b) => a.message_order - b.message_order);
}
