import { ApiError } from "session-api-client";

/** The text to show for an error. Code branches on `code`; `message` is for people. */
export function words(error: unknown): string {
  if (!(error instanceof ApiError)) return "Something went wrong. Try again.";
  return error.code === "NOT_AUTHENTICATED" ? "You are signed out. Sign in again." : error.message;
}

/** The API's error about one field of a form, if there is one. */
export function fieldWords(error: unknown, field: string): string | undefined {
  return error instanceof ApiError ? error.fields[field] : undefined;
}
