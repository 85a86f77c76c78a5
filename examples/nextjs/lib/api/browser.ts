import { createSessionApi } from "session-api-client";

import { API_URL } from "@/lib/environment";
import { createClient } from "@/lib/supabase/browser";

/** The API as the signed-in user, from the browser. After a 401 the session is refreshed once. */
export function sessionApi() {
  const { auth } = createClient();
  return createSessionApi({
    url: API_URL,
    async getToken(options) {
      const { data } = options?.refresh ? await auth.refreshSession() : await auth.getSession();
      return data.session?.access_token;
    },
  });
}
