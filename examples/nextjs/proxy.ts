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
  // not for a POST: it is a server action, which redirects to the sign-in page itself and could not read a redirect from here
  if (Boolean(data) !== isSignIn || request.method === "POST") return response;
  const redirect = NextResponse.redirect(new URL(data ? "/wingman" : "/sign-in", request.url));
  // keep the cookies that refreshed or ended the session
  for (const cookie of response.cookies.getAll()) redirect.cookies.set(cookie);
  return redirect;
}

export const config = { matcher: ["/((?!_next/|icon.svg).*)"] };
