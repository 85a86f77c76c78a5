import { createServerClient } from "@supabase/ssr";
import { NextResponse, type NextRequest } from "next/server";

import { SUPABASE_KEY, SUPABASE_URL } from "@/lib/environment";

/** Refreshes the session of each request for a page, and sends visitors to the sign-in page. */
export async function proxy(request: NextRequest) {
  let response = NextResponse.next({ request });
  const supabase = createServerClient(SUPABASE_URL, SUPABASE_KEY, {
    cookies: {
      getAll: () => request.cookies.getAll(),
      setAll(changed) {
        for (const { name, value } of changed) request.cookies.set(name, value);
        response = NextResponse.next({ request });
        for (const { name, value, options } of changed) response.cookies.set(name, value, options);
      },
    },
  });
  const { data } = await supabase.auth.getClaims();
  const isSignIn = request.nextUrl.pathname === "/sign-in";
  // a server action sends the visitor to the sign-in page itself: a redirect here would be its answer
  if (Boolean(data) !== isSignIn || request.method === "POST") return response;
  const redirect = NextResponse.redirect(new URL(data ? "/wingman" : "/sign-in", request.url));
  // with the cookies of a session that was refreshed or has ended
  for (const cookie of response.cookies.getAll()) redirect.cookies.set(cookie);
  return redirect;
}

export const config = { matcher: ["/((?!_next/|icon.svg).*)"] };
