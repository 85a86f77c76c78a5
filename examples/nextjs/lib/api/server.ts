import { createSessionApi } from "session-api-client";
import { redirect } from "next/navigation";

import { API_URL } from "@/lib/environment";
import { createClient } from "@/lib/supabase/server";

/** The API as the signed-in user, for server components, actions and route handlers. */
export async function sessionApi() {
  const supabase = await createClient();
  const { data } = await supabase.auth.getSession();
  const token = data.session?.access_token;
  if (!token) redirect("/sign-in");
  return createSessionApi({ url: API_URL, getToken: async () => token });
}
