"use client";

import { startTransition, useActionState, useEffect, useRef, type FormEvent, type ReactNode } from "react";

import type { FormState } from "@/lib/forms";

type Props = {
  action: (state: FormState, form: FormData) => Promise<FormState>;
  button: string;
  label?: string;
  className: string;
  children: ReactNode;
};

const START: FormState = {};

/** A form that a server action handles. After an error it keeps what was typed and shows the error. */
export function ActionForm({ action, button, label, className, children }: Props) {
  const [state, submit, busy] = useActionState(action, START);
  const form = useRef<HTMLFormElement>(null);

  useEffect(() => {
    if (state !== START && !state.error) form.current?.reset();
  }, [state]);

  // React resets a form after its `action`, even on errors, so `onSubmit` handles it; `action` is for a page that is not hydrated yet
  function send(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    startTransition(() => submit(data));
  }

  return (
    <form ref={form} action={submit} onSubmit={send} className={className}>
      {children}
      <button disabled={busy} aria-label={label}>{button}</button>
      {state.error && <p role="alert" className="error">{state.error}</p>}
    </form>
  );
}
