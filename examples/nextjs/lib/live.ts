"use client";

import { useEffect } from "react";

import { createClient } from "@/lib/supabase/browser";

/**
 * Calls `changed` after each change of a row that the user may see.
 *
 * The change itself is only a hint: the page reads the row again through the API, so that what it
 * shows is always an answer to this user.
 */
export function useLive(table: string, filter: string, changed: () => void) {
  useEffect(() => {
    const supabase = createClient();
    let channel: ReturnType<typeof supabase.channel> | undefined;
    let left = false;
    // before subscribing: without the user's token, row-level security hides every change
    supabase.realtime.setAuth().then(() => {
      if (left) return;
      channel = supabase
        .channel(`${table}:${filter}`)
        .on("postgres_changes", { event: "*", schema: "public", table, filter }, changed)
        // catch up on changes made before the subscription started
        .subscribe((status) => status === "SUBSCRIBED" && changed());
    });
    return () => {
      left = true;
      if (channel) supabase.removeChannel(channel);
    };
  }, [table, filter, changed]);
}
