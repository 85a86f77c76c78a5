import type { Metadata } from "next";
import Link from "next/link";
import type { ReactNode } from "react";

import "./globals.css";
import { signOut } from "@/app/sign-in/actions";
import { createClient } from "@/lib/supabase/server";

export const metadata: Metadata = {
  title: { default: "Session API example", template: "%s · Session API example" },
};

export default async function Layout({ children }: { children: ReactNode }) {
  const supabase = await createClient();
  const { data } = await supabase.auth.getClaims();
  return (
    <html lang="en">
      <body>
        <header>
          <nav aria-label="Main">
            <Link href="/wingman">Wingman</Link>
            <Link href="/chat">Chat</Link>
            <Link href="/study">Study</Link>
            <Link href="/interview">Interview</Link>
          </nav>
          {data && (
            <form action={signOut} className="row">
              <Link href="/profile">{data.claims.email}</Link>
              <button>Sign out</button>
            </form>
          )}
        </header>
        <main>{children}</main>
      </body>
    </html>
  );
}
