import { ApiError } from "session-api-client";

import { words } from "@/lib/errors";

/** The result of a form's action: `error` is shown below the form. */
export type FormState = { error?: string };

/** Runs a form's action. Errors from the API are returned, to be shown; all others are thrown. */
export async function tried(work: () => Promise<unknown>): Promise<FormState> {
  try {
    await work();
    return {};
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { error: Object.values(error.fields)[0] ?? words(error) };
  }
}
