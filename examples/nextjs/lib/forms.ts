import { ApiError } from "session-api-client";

import { words } from "@/lib/errors";

/** What a form's action answers with: `error` is shown below the form. */
export type FormState = { error?: string };

/** Does the work of a form's action. What the API refuses is told to the user; all else is thrown. */
export async function tried(work: () => Promise<unknown>): Promise<FormState> {
  try {
    await work();
    return {};
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { error: Object.values(error.fields)[0] ?? words(error) };
  }
}
