import { etagOf } from "session-api-client";

import { WingmanSessionView } from "@/components/wingman-session";
import { sessionApi } from "@/lib/api/server";
import { found } from "@/lib/found";

export const metadata = { title: "Wingman session" };

export default async function WingmanSessionPage({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  const api = await sessionApi();
  const session = await found(api.wingman.get(id));
  return <WingmanSessionView initial={session} initialTag={etagOf(session)} />;
}
