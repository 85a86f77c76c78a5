"use client";

/** Shown when a page cannot be rendered, for example when the API does not answer. The server logs the error. */
export default function ErrorPage({ reset }: { reset: () => void }) {
  return <><h1>Something went wrong</h1><p role="alert">The page could not be loaded.</p><button onClick={reset}>Try again</button></>;
}
