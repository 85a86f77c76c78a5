import { revalidatePath } from "next/cache";

import { sessionApi } from "@/lib/api/server";
import { createClient } from "@/lib/supabase/server";

/** A job posting has no rule but ownership: it is written directly, under row-level security. */
async function addPosting(form: FormData) {
  "use server";
  const supabase = await createClient();
  const { data } = await supabase.auth.getClaims();
  const { error } = await supabase.from("job_postings").insert({
    user_id: data?.claims.sub,
    title: String(form.get("title")),
    company: String(form.get("company")),
  });
  if (error) throw new Error(error.message);
  revalidatePath("/interview");
}

async function practise(form: FormData) {
  "use server";
  const api = await sessionApi();
  await api.interview.create({ job_posting_id: String(form.get("job_posting_id")) });
  revalidatePath("/interview");
}

export default async function InterviewPage() {
  const [api, supabase] = await Promise.all([sessionApi(), createClient()]);
  const [{ items }, postings] = await Promise.all([
    api.interview.list({ limit: 50 }),
    supabase.from("job_postings").select("id, title, company").order("created_at", { ascending: false }),
  ]);
  return (
    <>
      <h1>Your interviews</h1>
      <ul className="cards">
        {items.map((session) => (
          <li key={session.id} className="card">
            {session.job_posting?.title ?? "A posting that is gone"}{" "}
            <span className="status">{session.status}</span>
          </li>
        ))}
      </ul>
      <h2>Job postings</h2>
      <ul className="cards">
        {postings.data?.map((it) => (
          <li key={it.id} className="card">
            <form action={practise} className="row">
              <input type="hidden" name="job_posting_id" value={it.id} />
              {it.title}, {it.company}
              <button aria-label={`Practise for ${it.title}`}>Practise</button>
            </form>
          </li>
        ))}
      </ul>
      <form action={addPosting} className="row">
        <label>Title <input name="title" required maxLength={200} /></label>
        <label>Company <input name="company" required maxLength={200} /></label>
        <button>Add</button>
      </form>
    </>
  );
}
