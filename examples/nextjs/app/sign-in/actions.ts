"use server";

import { redirect } from "next/navigation";

import { createClient } from "@/lib/supabase/server";

export type SignInState = { error?: string };

export async function signIn(_: SignInState, form: FormData): Promise<SignInState> {
  const supabase = await createClient();
  const { error } = await supabase.auth.signInWithPassword({
    email: String(form.get("email")),
    password: String(form.get("password")),
  });
  if (error) return { error: error.message };
  redirect("/wingman");
}

export async function signUp(_: SignInState, form: FormData): Promise<SignInState> {
  const supabase = await createClient();
  const firstName = String(form.get("first_name") ?? "").trim();
  if (!firstName) return { error: "Tell us your first name to sign up." };
  const { data, error } = await supabase.auth.signUp({
    email: String(form.get("email")),
    password: String(form.get("password")),
  });
  if (error) return { error: error.message };
  // a profile is the user's own: ownership is its only rule, so it is written without the API
  const profile = await supabase.from("user_profiles").insert({ id: data.user?.id, first_name: firstName });
  if (profile.error) return { error: "This first name cannot be used. Try another." };
  redirect("/wingman");
}

export async function signOut() {
  const supabase = await createClient();
  await supabase.auth.signOut();
  redirect("/sign-in");
}
