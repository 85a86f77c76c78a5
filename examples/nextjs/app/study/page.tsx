import { revalidatePath } from "next/cache";

import { StudyStatus } from "@/components/study-status";
import { sessionApi } from "@/lib/api/server";

async function create(form: FormData) {
  "use server";
  const api = await sessionApi();
  await api.study.create({ title: String(form.get("title")) });
  revalidatePath("/study");
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
      <form action={create} className="row">
        <label>Title <input name="title" required maxLength={200} /></label>
        <button>Begin</button>
      </form>
    </>
  );
}
