import Link from "next/link";
import { redirect } from "next/navigation";

import { LocalTime } from "@/components/local-time";
import { sessionApi } from "@/lib/api/server";

async function create(form: FormData) {
  "use server";
  const api = await sessionApi();
  const chat = await api.chat.create({ title: String(form.get("title")) });
  redirect(`/chat/${chat.id}`);
}

export default async function ChatPage() {
  const { items } = await (await sessionApi()).chat.list({ limit: 50 });
  return (
    <>
      <h1>Your chats</h1>
      <ul className="cards">
        {items.map((chat) => (
          <li key={chat.id} className="card">
            <Link href={`/chat/${chat.id}`}>{chat.title}</Link> {chat.message_count} messages,{" "}
            <LocalTime at={chat.last_updated} />
          </li>
        ))}
      </ul>
      <form action={create} className="row">
        <label>Title <input name="title" required maxLength={200} /></label>
        <button>Start a chat</button>
      </form>
    </>
  );
}
