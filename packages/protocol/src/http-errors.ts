/**
 * The one shape of errors over HTTP: `{"error": {tag, message, …fields}}` (docs/protocol/rules.md, X-1).
 */
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as Schema from "effect/Schema"
import type { DoorError } from "./errors.ts"

/** The HTTP status of each error, by its tag: the one table of them. */
export const ERROR_STATUS = {
  BadRequest: 400,
  CursorInvalid: 400,
  Unauthorized: 401,
  Forbidden: 403,
  SessionPermissionError: 403,
  ReadOnlyViewer: 403,
  KindNotAllowed: 403,
  SessionNotFound: 404,
  CursorAhead: 409,
  SessionAmbiguous: 409,
  SessionNotReady: 409,
  SessionDeleted: 410,
  KeyConflict: 409,
  NotTypist: 409,
  AgentBusy: 409,
  AgentUnknown: 422,
  AgentNotInstalled: 422,
  MessageNotQueued: 409,
  PermissionSettled: 409,
  FileNotFound: 404,
  VersionConflict: 409,
  TokenNotFound: 404,
  AnnouncementNotFound: 404,
  WebhookNotFound: 404,
  TaskNotFound: 404,
  PermissionNotFound: 404,
  TooLarge: 413,
  InvalidSize: 422,
  Unprocessable: 422,
  CommandNotFound: 422,
  Busy: 429,
  RateLimited: 429,
  LogDamaged: 500,
  InternalError: 500,
  Unavailable: 503,
  StorageFull: 507,
} satisfies Record<DoorError["_tag"], number>

/** Errors that only the HTTP door has: a version that is not served, an unknown route or token, a wrong method, a target or headers that are too long. */
export const HTTP_ONLY_STATUS = {
  VersionNotServed: 400,
  NotFound: 404,
  MethodNotAllowed: 405,
  TargetTooLong: 414,
  ExpectationFailed: 417,
  HeadersTooLarge: 431,
} as const

/** An error as it crosses HTTP. */
export interface ErrorBody {
  readonly error: { readonly tag: string; readonly message: string; readonly [field: string]: unknown }
}

/** Gives the body and status of a door error. */
export function errorBody(error: DoorError): { readonly status: number; readonly body: ErrorBody } {
  const { _tag: tag, message, ...fields } = error as DoorError & Readonly<Record<string, unknown>>
  const own = Object.fromEntries(Object.entries(fields).filter(([name]) => !HIDDEN.has(name)))
  return { status: ERROR_STATUS[tag], body: { error: { tag, message, ...own } } }
}

/** Fields of the error object that are not part of the contract. */
const HIDDEN = new Set(["name", "stack", "cause"])

const tagsOf = (status: number): ReadonlyArray<string> =>
  Object.entries({ ...ERROR_STATUS, ...HTTP_ONLY_STATUS })
    .filter(([, value]) => value === status)
    .map(([tag]) => tag)

const tagOf = (status: number) => {
  const [first = "", ...others] = tagsOf(status)
  return others.length === 0 ? Schema.Literal(first) : Schema.Literals([first, ...others])
}

const bodyOf = (status: number) =>
  Schema.Struct({
    error: Schema.StructWithRest(Schema.Struct({ tag: tagOf(status), message: Schema.String }), [
      Schema.Record(Schema.String, Schema.Json),
    ]),
  })
    .annotate({ identifier: `Error${status}` })
    .pipe(HttpApiSchema.status(status))

const statuses = new Set<number>([...Object.values(ERROR_STATUS), ...Object.values(HTTP_ONLY_STATUS)])

/** Schemas of the errors that a route can answer with, one for each status; 405 is for a method without a route. */
export const ErrorBodies = [...statuses]
  .filter((status) => status !== HTTP_ONLY_STATUS.MethodNotAllowed)
  .sort((a, b) => a - b)
  .map(bodyOf)
