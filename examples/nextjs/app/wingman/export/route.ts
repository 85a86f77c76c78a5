import { sessionApi } from "@/lib/api/server";

const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;

/** Exports all of the user's sessions as CSV, with the token from the cookie. */
export async function GET() {
  const api = await sessionApi();
  const lines = ["scheduled_time,status,venue_name"];
  for await (const page of api.wingman.pages({ limit: 100 })) {
    for (const it of page.items) {
      lines.push([it.scheduled_time, it.status, quoted(it.venue_name)].join(","));
    }
  }
  return new Response(`${lines.join("\n")}\n`, {
    headers: { "Content-Type": "text/csv; charset=utf-8", "Cache-Control": "private, no-store" },
  });
}
