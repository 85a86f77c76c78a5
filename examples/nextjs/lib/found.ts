import { ApiError } from "session-api-client";
import { notFound } from "next/navigation";

/** Awaits a read of one session; shows the "Not found" page if it does not exist or is another user's. */
export async function found<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    // 422: the id in the path is not a UUID
    if (error instanceof ApiError && [403, 404, 422].includes(error.status)) notFound();
    throw error;
  }
}
