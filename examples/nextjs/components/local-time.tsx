"use client";

import { useSyncExternalStore } from "react";

const never = () => () => {};

/** A time in the viewer's own zone. The server does not know the zone, so it sends UTC first. */
export function LocalTime({ at }: { at: string }) {
  const shown = useSyncExternalStore(
    never,
    () => new Date(at).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" }),
    () => at,
  );
  return <time dateTime={at}>{shown}</time>;
}
