import { ApiError } from "session-api-client";
import { notFound } from "next/navigation";

import { Messages } from "@/components/messages";
import { sessionApi } from "@/lib/api/server";

export default async function ChatSessionPage({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  const api = await sessionApi();
  try {
    const [chat, page] = await Promise.all([
      api.chat.get(id),
      api.chat.messages(id, { limit: 20, sort_order: "desc" }),
    ]);
    return (
      <>
        <h1>{chat.title}</h1>
        <Messages id={id} latest={page.items.toReversed()} />
      </>
    );
  } catch (error) {
    if (error instanceof ApiError && (error.status === 404 || error.status === 403)) notFound();
    throw error;
  }
}
