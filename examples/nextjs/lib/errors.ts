import { ApiError } from "session-api-client";

/** What to tell a person. Programs decide by `code`; `message` is written for people. */
export function words(error: unknown): string {
  if (!(error instanceof ApiError)) return "Something went wrong. Try again.";
  return error.code === "NOT_AUTHENTICATED" ? "You are signed out. Sign in again." : error.message;
}

/** What is wrong with a field of a form, if the API named it. */
export function fieldWords(error: unknown, field: string): string | undefined {
  return error instanceof ApiError ? error.fields[field] : undefined;
}
