import { revalidatePath } from "next/cache";
import { redirect } from "next/navigation";

import { ActionForm } from "@/components/action-form";
import { sessionApi } from "@/lib/api/server";
import { tried, type FormState } from "@/lib/forms";
import { createClient } from "@/lib/supabase/server";

export const metadata = { title: "Interviews" };

/** Ownership is a job posting's only rule, so it is written directly, under row-level security. */
async function addPosting(_: FormState, form: FormData): Promise<FormState> {
  "use server";
  const supabase = await createClient();
  const { data } = await supabase.auth.getClaims();
  if (!data) redirect("/sign-in");
  const { error } = await supabase.from("job_postings").insert({
    user_id: data.claims.sub,
    title: String(form.get("title")).trim(),
    company: String(form.get("company")).trim(),
  });
  // 23514: a check constraint was violated; its message is not for users
  if (error?.code === "23514") return { error: "Write a title and a company as plain text." };
  if (error) throw new Error(error.message);
  revalidatePath("/interview");
  return {};
}

async function practise(_: FormState, form: FormData): Promise<FormState> {
  "use server";
  const api = await sessionApi();
  const state = await tried(() => api.interview.create({ job_posting_id: String(form.get("job_posting_id")) }));
  revalidatePath("/interview");
  return state;
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
            <ActionForm action={practise} button="Practise" label={`Practise for ${it.title}`} className="row">
              <input type="hidden" name="job_posting_id" value={it.id} />
              {it.title}, {it.company}
            </ActionForm>
          </li>
        ))}
      </ul>
      <ActionForm action={addPosting} button="Add" className="row">
        <label>Title <input name="title" required maxLength={200} /></label>
        <label>Company <input name="company" required maxLength={200} /></label>
      </ActionForm>
    </>
  );
}
