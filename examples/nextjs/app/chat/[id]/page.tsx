import { Messages } from "@/components/messages";
import { sessionApi } from "@/lib/api/server";
import { found } from "@/lib/found";

export const metadata = { title: "Chat" };

export default async function ChatSessionPage({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  const api = await sessionApi();
  const [chat, page] = await found(
    Promise.all([api.chat.get(id), api.chat.messages(id, { limit: 20, sort_order: "desc" })]),
  );
  return (
    <>
      <h1>{chat.title}</h1>
      <Messages id={id} latest={page.items.toReversed()} />
    </>
  );
}
