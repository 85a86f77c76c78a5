"use client";

import type { ChatMessage } from "session-api-client";
import { useCallback, useEffect, useRef, useState, type FormEvent } from "react";

import { sessionApi } from "@/lib/api/browser";
import { words } from "@/lib/errors";
import { useLive } from "@/lib/live";

const PAGE = 20;

/** A chat: older messages as the reader scrolls up, new ones as they come. Cursors, so none doubles. */
export function Messages({ id, latest }: { id: string; latest: ChatMessage[] }) {
  const [messages, setMessages] = useState(latest);
  const [error, setError] = useState<string>();
  const top = useRef<HTMLDivElement>(null);
  const first = messages[0]?.message_order ?? 1;
  const last = messages.at(-1)?.message_order ?? 0;

  const older = useCallback(async () => {
    if (first <= 1) return;
    const page = await sessionApi().chat.messages(id, { before: first, limit: PAGE });
    setMessages((shown) => merged(page.items, shown));
  }, [id, first]);

  const newer = useCallback(async () => {
    const page = await sessionApi().chat.messages(id, { after: last, limit: 100 });
    setMessages((shown) => merged(shown, page.items));
  }, [id, last]);
  useLive("chat_messages", `session_id=eq.${id}`, newer);

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
    setError(undefined);
    try {
      await sessionApi().chat.post(id, { role: "user", content: String(new FormData(form).get("content")) });
      form.reset();
      await newer();
    } catch (problem) {
      setError(words(problem));
    }
  }

  return (
    <>
      <div className="messages" role="log" aria-label="Messages" tabIndex={0}>
        <div ref={top} />
        {messages.map((it) => (
          <p key={it.id} className="card"><strong>{it.role}</strong>: {it.content}</p>
        ))}
      </div>
      <form onSubmit={post} className="row">
        <label>Message <input name="content" required maxLength={32000} /></label>
        <button>Send</button>
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
