import { seconds } from "./errors.js";

/**
 * Returns the user's access token. After a 401 it is asked once more, with `refresh`: then it
 * should refresh the session first.
 */
export type GetToken = (options?: { refresh?: boolean }) => Promise<string | null | undefined>;

const TRIES = 4;
/** Seconds: a longer `Retry-After` is not waited for, and the error is thrown. */
const LONGEST_WAIT = 10;

/**
 * Makes a `fetch` that signs each request, refreshes the token once after a 401, and sends a
 * request again after 429, 503 or a lost connection, where that cannot do anything twice.
 */
export function transport(fetch: typeof globalThis.fetch, getToken: GetToken) {
  return async (request: Request): Promise<Response> => {
    let token = await getToken();
    let isRefreshed = false;
    for (let tries = 1; ; tries += 1) {
      const sent = request.clone();
      if (token) sent.headers.set("Authorization", `Bearer ${token}`);
      let response: Response;
      try {
        response = await fetch(sent);
      } catch (error) {
        if (request.signal.aborted || tries === TRIES || !isRepeatable(request)) throw error;
        await pause(2 ** (tries - 1) / 4, request.signal);
        continue;
      }
      if (response.status === 401 && !isRefreshed) {
        isRefreshed = true;
        token = await getToken({ refresh: true });
        if (token) continue;
      }
      const wait = seconds(response) ?? 1;
      if (tries === TRIES || wait > LONGEST_WAIT || !(await mayRepeat(request, response))) return response;
      await pause(wait, request.signal);
    }
  };
}

/** Whether a request may be sent twice: it reads, replaces or deletes, or it has a key. */
function isRepeatable(request: Request): boolean {
  return ["GET", "HEAD", "DELETE"].includes(request.method) || request.headers.has("Idempotency-Key");
}

async function mayRepeat(request: Request, response: Response): Promise<boolean> {
  if (response.status === 429) return true;
  // the first request with this key is still being processed
  if (response.status === 409) return response.headers.has("retry-after") && isRepeatable(request);
  if (response.status !== 503) return false;
  if (isRepeatable(request)) return true;
  // a write that certainly did not happen
  const body: unknown = await response.clone().json().catch(() => undefined);
  return (body as { detail?: { code?: string } } | undefined)?.detail?.code === "DATABASE_UNAVAILABLE";
}

function pause(wait: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, wait * 1000);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
}
