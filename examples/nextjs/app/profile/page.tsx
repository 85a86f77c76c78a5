import { redirect } from "next/navigation";

import { ActionForm } from "@/components/action-form";
import type { FormState } from "@/lib/forms";
import { createClient } from "@/lib/supabase/server";

export const metadata = { title: "Your profile" };

/** Ownership is a profile's only rule, so it is written directly, under row-level security. */
async function save(_: FormState, form: FormData): Promise<FormState> {
  "use server";
  const { supabase, id, profile } = await readProfile();
  const first_name = String(form.get("first_name")).trim();
  const { error } = profile
    ? await supabase.from("user_profiles").update({ first_name }).eq("id", id)
    : await supabase.from("user_profiles").insert({ id, first_name });
  // 23514: a check constraint was violated; its message is not for users
  if (error) return { error: error.code === "23514" ? "This name cannot be used. Try another." : "Your name is not saved. Try again." };
  redirect("/wingman");
}

async function readProfile() {
  const supabase = await createClient();
  const { data } = await supabase.auth.getClaims();
  if (!data) redirect("/sign-in");
  const id = data.claims.sub;
  const { data: profile } = await supabase.from("user_profiles").select("first_name").eq("id", id).maybeSingle().throwOnError();
  return { supabase, id, profile };
}

export default async function ProfilePage() {
  const { profile } = await readProfile();
  return (
    <>
      <h1>Your profile</h1>
      <p>Your matches see your first name.</p>
      <ActionForm action={save} button="Save" className="row">
        <label>
          First name
          <input name="first_name" autoComplete="given-name" required maxLength={50} defaultValue={profile?.first_name} />
        </label>
      </ActionForm>
    </>
  );
}
