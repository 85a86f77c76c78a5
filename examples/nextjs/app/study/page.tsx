import { revalidatePath } from "next/cache";

import { ActionForm } from "@/components/action-form";
import { StudyStatus } from "@/components/study-status";
import { sessionApi } from "@/lib/api/server";
import { tried, type FormState } from "@/lib/forms";

export const metadata = { title: "Study" };

async function create(_: FormState, form: FormData): Promise<FormState> {
  "use server";
  const api = await sessionApi();
  const state = await tried(() => api.study.create({ title: String(form.get("title")) }));
  revalidatePath("/study");
  return state;
}

export default async function StudyPage() {
  const { items } = await (await sessionApi()).study.list({ limit: 50 });
  return (
    <>
      <h1>Your study sessions</h1>
      <ul className="cards">
        {items.map((session) => (
          <li key={session.id} className="card">
            {session.title} <StudyStatus initial={session} />
          </li>
        ))}
      </ul>
      <ActionForm action={create} button="Begin" className="row">
        <label>Title <input name="title" required maxLength={200} /></label>
      </ActionForm>
    </>
  );
}
