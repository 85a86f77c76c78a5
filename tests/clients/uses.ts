// Typical uses of what generators make of the document, and of the types for direct reads: it has to compile.
import { createClient } from "@supabase/supabase-js";
import createFetch from "openapi-fetch";
import { createSessionApi, type ErrorCode } from "./dist/index";
import type { Database, Participants } from "./database";
import * as heyapi from "./heyapi";
import { zWingmanStatus } from "./heyapi/zod.gen";
import * as orval from "./orval";
import type { components, paths } from "./schema";

const id = "e0000000-0000-4000-8000-000000000001";

export function label(status: components["schemas"]["WingmanStatus"]): string {
  switch (status) {
    case "scheduled": return "Soon";
    case "in_progress": return "Now";
    case "completed": return "Done";
    case "cancelled": return "Off";
    case "no_show": return "Missed";
  }
}

export async function openapiFetch(): Promise<string> {
  const api = createFetch<paths>({ baseUrl: "https://api.example.com" });
  const { data, error } = await api.POST("/api/v1/wingman/sessions/{session_id}/confirm", { params: { path: { session_id: id } } });
  if (error) {
    const code: ErrorCode = error.detail.code;
    // a comparison tells the refused values from every other error
    if (error.detail.code === "VALIDATION_ERROR") return error.detail.errors.map((it) => it.field).join();
    if (error.detail.code === "TOO_EARLY_TO_CONFIRM") return "wait";
    // @ts-expect-error no code of this operation's
    if (error.detail.code === "INVALID_TRANSITION") return "never";
    return code;
  }
  const read = await api.GET("/api/v1/study/sessions/{session_id}", { params: { path: { session_id: id } } });
  // a session is sent back as it was read
  if (read.data) await api.PUT("/api/v1/study/sessions/{session_id}", { params: { path: { session_id: id } }, body: read.data });
  await api.PUT("/api/v1/study/sessions/{session_id}", {
    params: { path: { session_id: id } },
    body: { draft_plan: { weeks: [{ topic: "Vectors" }] } },
  });
  await api.GET("/api/v1/wingman/sessions", { params: { query: { status: "scheduled", limit: 5 } } });
  // @ts-expect-error a parameter is left out, not null
  await api.GET("/api/v1/wingman/sessions", { params: { query: { status: null } } });
  return data.session_status;
}

export async function heyApi(): Promise<heyapi.WingmanStatus | undefined> {
  const { data, error } = await heyapi.wingmanConfirm({ path: { session_id: id } });
  if (error && error.detail.code === "VALIDATION_ERROR") throw new Error(error.detail.errors[0]?.message);
  const read = await heyapi.studyGet({ path: { session_id: id }, throwOnError: true });
  await heyapi.studyUpdate({ path: { session_id: id }, body: read.data });
  return data ? zWingmanStatus.parse(data.session_status) : undefined;
}

export async function byOrval(): Promise<orval.WingmanStatus> {
  const answer = await orval.wingmanConfirm(id, {});
  if (answer.status !== 200) throw new Error(answer.data.detail.code);
  const read = await orval.studyGet(id);
  if (read.status === 200) await orval.studyUpdate(id, read.data);
  return answer.data.session_status;
}

export async function client(): Promise<void> {
  const api = createSessionApi({ url: "https://api.example.com", getToken: async () => "token" });
  const session = await api.study.get(id);
  await api.study.update(id, { ...session, title: "New" });
  await api.study.update(id, session);
  for await (const message of api.chat.history(id)) console.log(message.role satisfies components["schemas"]["ChatRole"]);
}

export async function directReads(): Promise<Participants | undefined> {
  const supabase = createClient<Database>("https://example.supabase.co", "key");
  const { data } = await supabase
    .from("wingman_session_details")
    .select("status, participants, due, you, can_confirm")
    .eq("status", "scheduled");
  const [session] = data ?? [];
  const due: boolean | undefined = session?.due;
  const you: "user1" | "user2" | undefined = session?.you;
  console.log(due, you, session && label(session.status));
  // @ts-expect-error no status of a session's
  await supabase.from("wingman_session_details").select().eq("status", "READY");
  return session?.participants;
}
