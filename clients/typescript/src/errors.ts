import type { components } from "./schema.js";

/** Every code that the API answers an error with. */
export type ErrorCode = components["schemas"]["ErrorCode"];

/**
 * An error from the API. Branch on `code`; `message` is for people.
 *
 * `code` is `UNKNOWN` where something other than the API answered, such as a proxy's error page.
 */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly code: ErrorCode | "UNKNOWN";
  /** The HTTP status. */
  readonly status: number;
  /** What is wrong with which field of the request, by the field's name. */
  readonly fields: Readonly<Record<string, string>>;
  /** Seconds to wait before the next try, where the API named them. */
  readonly retryAfter: number | undefined;
  /** The request's id in the API's log. */
  readonly requestId: string | undefined;

  constructor(response: Response, body: unknown) {
    const detail = (body as { detail?: Detail } | undefined)?.detail;
    super(detail?.message ?? `The API answered ${response.status}.`);
    this.code = detail?.code ?? "UNKNOWN";
    this.status = response.status;
    this.fields = Object.fromEntries(
      [...(detail?.errors ?? []), ...(detail?.field ? [{ field: detail.field, message: detail.message }] : [])]
        .map((it) => [it.field, it.message]),
    );
    this.retryAfter = seconds(response);
    this.requestId = response.headers.get("x-request-id") ?? undefined;
  }
}

interface Detail {
  code: ErrorCode;
  message: string;
  field?: string;
  errors?: { field: string; message: string }[];
}

/** `Retry-After` in seconds; `undefined` where there is none. */
export function seconds(response: Response): number | undefined {
  const value = Number(response.headers.get("retry-after") ?? NaN);
  return Number.isFinite(value) ? value : undefined;
}
