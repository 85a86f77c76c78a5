import { ApiError } from "session-api-client";
import { notFound } from "next/navigation";

/** Reads for a page about one session: the "Not found" page if there is none, or not of this user. */
export async function found<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    // 422: what stands in the path is no id
    if (error instanceof ApiError && [403, 404, 422].includes(error.status)) notFound();
    throw error;
  }
}
