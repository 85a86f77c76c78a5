import { ApiError, etagOf } from "session-api-client";
import { notFound } from "next/navigation";

import { WingmanSessionView } from "@/components/wingman-session";
import { sessionApi } from "@/lib/api/server";

export default async function WingmanSessionPage({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  const api = await sessionApi();
  try {
    const session = await api.wingman.get(id);
    return <WingmanSessionView initial={session} initialTag={etagOf(session)} />;
  } catch (error) {
    if (error instanceof ApiError && (error.status === 404 || error.status === 403)) notFound();
    throw error;
  }
}
