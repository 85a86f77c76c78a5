/** The typed client of Session API. */
import createClient from "openapi-fetch";

import { ApiError } from "./errors.js";
import type { components, operations, paths } from "./schema.js";
import { transport, type GetToken } from "./transport.js";

export { ApiError, type ErrorCode } from "./errors.js";
export type { GetToken } from "./transport.js";
export type { components, operations, paths } from "./schema.js";

type Schemas = components["schemas"];
export type WingmanSession = Schemas["WingmanSession"];
export type StudySession = Schemas["StudySession"];
export type InterviewSession = Schemas["InterviewSession"];
export type ChatSession = Schemas["ChatSession"];
export type ChatMessage = Schemas["Message"];
/** One page of a list. */
export interface Page<Item> {
  items: Item[];
  total: number;
  limit: number;
  offset: number;
  next: string | null;
  prev: string | null;
}

export interface ClientOptions {
  /** The API's address, without a path: `https://api.example.com`. */
  url: string;
  getToken: GetToken;
  /** Replaces the runtime's own `fetch`. */
  fetch?: typeof globalThis.fetch;
}

export interface RequestOptions {
  signal?: AbortSignal;
}
export interface WriteOptions extends RequestOptions {
  /** The ETag of the state that the change is meant for, from `etagOf`: if it has changed, nothing is written. */
  ifMatch?: string | undefined;
}
export interface CreateOptions extends RequestOptions {
  /** Random by default; set your own if a user may try again after a reload. */
  idempotencyKey?: string;
}

type Query<Name extends keyof operations> = operations[Name] extends { parameters: { query?: infer Q } } ? NonNullable<Q> : never;
type Body<Name extends keyof operations> = operations[Name] extends { requestBody: { content: { "application/json": infer B } } } ? B : never;

const tags = new WeakMap<object, string>();

/** The ETag that came with an answer of this client's; `undefined` where there was none. */
export function etagOf(answer: object): string | undefined {
  return tags.get(answer);
}

/** What openapi-fetch gives: the body of a success or of an error, and the response. */
interface Fetched<Data> {
  data?: Data;
  error?: unknown;
  response: Response;
}

async function answer<Data>(fetching: Promise<Fetched<Data>>): Promise<Data> {
  const { data, error, response } = await fetching;
  if (!response.ok) throw new ApiError(response, error);
  const tag = response.headers.get("etag");
  if (tag && typeof data === "object" && data !== null) tags.set(data, tag);
  return data as Data;
}

async function* pagesOf<Item>(list: (offset: number) => Promise<Page<Item>>, offset = 0): AsyncGenerator<Page<Item>> {
  for (;;) {
    const page = await list(offset);
    yield page;
    if (page.next === null || page.items.length === 0) return;
    offset += page.items.length;
  }
}

export type SessionApi = ReturnType<typeof createSessionApi>;

/**
 * Makes a client: one group of methods per kind of session.
 *
 * Every method returns the answer's body and throws an `ApiError` for a refusal. After a 401 the
 * token is refreshed once; 429 and 503 are retried after `Retry-After`, up to four times in
 * all, where nothing can happen twice; requests that create something carry an `Idempotency-Key`.
 */
export function createSessionApi({ url, getToken, fetch = globalThis.fetch }: ClientOptions) {
  const http = createClient<paths>({
    baseUrl: url,
    fetch: transport((input, init) => fetch(input, init), getToken),
  });
  const at = (session_id: string) => ({ path: { session_id } });
  const written = ({ signal, ifMatch }: WriteOptions) => ({ signal, headers: ifMatch ? { "If-Match": ifMatch } : {} });
  const created = ({ signal, idempotencyKey = crypto.randomUUID() }: CreateOptions) => ({
    signal,
    headers: { "Idempotency-Key": idempotencyKey },
  });

  const wingman = {
    list: (query: Query<"wingman_list_sessions"> = {}, { signal }: RequestOptions = {}) =>
      answer(http.GET("/api/v1/wingman/sessions", { params: { query }, signal })),
    pages: (query: Query<"wingman_list_sessions"> = {}, options: RequestOptions = {}) =>
      pagesOf((offset) => wingman.list({ ...query, offset }, options), query.offset),
    get: (id: string, { signal }: RequestOptions = {}) =>
      answer(http.GET("/api/v1/wingman/sessions/{session_id}", { params: at(id), signal })),
    schedule: (body: Body<"wingman_schedule">, options: CreateOptions = {}) =>
      answer(http.POST("/api/v1/wingman/sessions", { body, ...created(options) })),
    confirm: (id: string, body: Schemas["ConfirmRequest"] = {}, { signal }: RequestOptions = {}) =>
      answer(http.POST("/api/v1/wingman/sessions/{session_id}/confirm", { params: at(id), body, signal })),
    notes: (id: string, notes: string, options: WriteOptions = {}) =>
      answer(http.PATCH("/api/v1/wingman/sessions/{session_id}/notes", { params: at(id), body: { notes }, ...written(options) })),
    cancel: (id: string, { signal }: RequestOptions = {}) =>
      answer(http.POST("/api/v1/wingman/sessions/{session_id}/cancel", { params: at(id), signal })),
    noShow: (id: string, { signal }: RequestOptions = {}) =>
      answer(http.POST("/api/v1/wingman/sessions/{session_id}/no-show", { params: at(id), signal })),
  };

  const chat = {
    list: (query: Query<"chat_list_sessions"> = {}, { signal }: RequestOptions = {}) =>
      answer(http.GET("/api/v1/chat/sessions", { params: { query }, signal })),
    pages: (query: Query<"chat_list_sessions"> = {}, options: RequestOptions = {}) =>
      pagesOf((offset) => chat.list({ ...query, offset }, options), query.offset),
    create: (body: Body<"chat_create">, options: CreateOptions = {}) =>
      answer(http.POST("/api/v1/chat/sessions", { body, ...created(options) })),
    get: (id: string, { signal }: RequestOptions = {}) =>
      answer(http.GET("/api/v1/chat/sessions/{session_id}", { params: at(id), signal })),
    rename: (id: string, title: string, { signal }: RequestOptions = {}) =>
      answer(http.PATCH("/api/v1/chat/sessions/{session_id}", { params: at(id), body: { title }, signal })),
    delete: (id: string, { signal }: RequestOptions = {}) =>
      answer(http.DELETE("/api/v1/chat/sessions/{session_id}", { params: at(id), signal })),
    /** One page of messages: by `before` or `after` a `message_order`, or by `offset`. */
    messages: (id: string, query: Query<"chat_list_messages"> = {}, { signal }: RequestOptions = {}) =>
      answer(http.GET("/api/v1/chat/sessions/{session_id}/messages", { params: { ...at(id), query }, signal })),
    post: (id: string, body: Body<"chat_post_message">, options: CreateOptions = {}) =>
      answer(http.POST("/api/v1/chat/sessions/{session_id}/messages", { params: at(id), body, ...created(options) })),
    /** All messages from the oldest on, page by page, each exactly once, even if more arrive meanwhile. */
    async *history(id: string, { after = 0, limit = 100 } = {}, options: RequestOptions = {}): AsyncGenerator<ChatMessage> {
      for (;;) {
        const { items } = await chat.messages(id, { after, limit }, options);
        yield* items;
        after = items.at(-1)?.message_order ?? after;
        if (items.length < limit) return;
      }
    },
  };

  const study = {
    list: (query: Query<"study_list_sessions"> = {}, { signal }: RequestOptions = {}) =>
      answer(http.GET("/api/v1/study/sessions", { params: { query }, signal })),
    pages: (query: Query<"study_list_sessions"> = {}, options: RequestOptions = {}) =>
      pagesOf((offset) => study.list({ ...query, offset }, options), query.offset),
    create: (body: Body<"study_create">, options: CreateOptions = {}) =>
      answer(http.POST("/api/v1/study/sessions", { body, ...created(options) })),
    get: (id: string, { signal }: RequestOptions = {}) =>
      answer(http.GET("/api/v1/study/sessions/{session_id}", { params: at(id), signal })),
    update: (id: string, body: Body<"study_update">, options: WriteOptions = {}) =>
      answer(http.PUT("/api/v1/study/sessions/{session_id}", { params: at(id), body, ...written(options) })),
    delete: (id: string, { signal }: RequestOptions = {}) =>
      answer(http.DELETE("/api/v1/study/sessions/{session_id}", { params: at(id), signal })),
  };

  const interview = {
    list: (query: Query<"interview_list_sessions"> = {}, { signal }: RequestOptions = {}) =>
      answer(http.GET("/api/v1/interview/sessions", { params: { query }, signal })),
    pages: (query: Query<"interview_list_sessions"> = {}, options: RequestOptions = {}) =>
      pagesOf((offset) => interview.list({ ...query, offset }, options), query.offset),
    create: (body: Body<"interview_create">, options: CreateOptions = {}) =>
      answer(http.POST("/api/v1/interview/sessions", { body, ...created(options) })),
    get: (id: string, { signal }: RequestOptions = {}) =>
      answer(http.GET("/api/v1/interview/sessions/{session_id}", { params: at(id), signal })),
  };

  return { wingman, chat, study, interview };
}
