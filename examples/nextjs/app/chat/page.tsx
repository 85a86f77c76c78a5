import Link from "next/link";
import { redirect } from "next/navigation";

import { ActionForm } from "@/components/action-form";
import { LocalTime } from "@/components/local-time";
import { sessionApi } from "@/lib/api/server";
import { tried, type FormState } from "@/lib/forms";

export const metadata = { title: "Chats" };

async function create(_: FormState, form: FormData): Promise<FormState> {
  "use server";
  const api = await sessionApi();
  return tried(async () => {
    const chat = await api.chat.create({ title: String(form.get("title")) });
    redirect(`/chat/${chat.id}`);
  });
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
      <ActionForm action={create} button="Start a chat" className="row">
        <label>Title <input name="title" required maxLength={200} /></label>
      </ActionForm>
    </>
  );
}
