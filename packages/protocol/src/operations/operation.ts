/**
 * What an operation is: one thing that a caller can ask of the hub, the same over every door.
 *
 * The table (`operations.ts`) says everything about it that is not code: who may ask, over which HTTP route, with what, what
 * is answered. The guard, the commands of the stream socket, the HTTP door, the description of the API and the client's calls
 * are made from it or checked against it; the hub has one handler for each.
 */
import * as Schema from "effect/Schema"
import type { DoorError } from "../errors.ts"

/** What a caller needs: nothing, a credential that may read, one that may write, or one with all rights (G-8). */
export type Scope = "public" | "read" | "write" | "all"

/** Method and path of a route; `:name` in the path is a field of `params`. */
export type Route = `${"GET" | "POST" | "PUT" | "PATCH" | "DELETE"} /${string}`

type Method = Route extends `${infer M} /${string}` ? M : never

/** Method and path of a route. */
export function splitRoute(route: Route): { readonly method: Method; readonly path: `/${string}` } {
  const blank = route.indexOf(" ")
  return { method: route.slice(0, blank) as Method, path: route.slice(blank + 1) as `/${string}` }
}

/**
 * How an operation answers. `value`: with its output. `session`: it changed a session; HTTP answers with the record, the
 * socket with the seq of the first event, as its client has the session anyway. `created`: with the session, 201 when it was
 * made and 200 when the key had made it before. `stream`: piece by piece, written by the door that attaches or watches.
 */
export type Answer = "value" | "session" | "created" | "stream"

/** One operation. */
export interface Definition {
  readonly scope: Scope
  /**
   * What a credential that is bound to sessions may do with it where it names no session: `free`, it says nothing of
   * sessions; `filtered`, its handler looks at the bound sessions alone. Absent: nothing.
   */
  readonly bound?: "free" | "filtered"
  /** Absent: the stream socket alone has it. */
  readonly http?: Route
  /** False where the stream socket does not have it. */
  readonly socket?: false
  /**
   * Fields of the path. Each says what it means in its annotation `description`, as those of a query do; `shown` in it holds
   * what JSON schema says beyond the schema, where the handler itself answers what is wrong.
   */
  readonly params?: Schema.Struct.Fields
  /** Fields of the query; an input has these, or a body. */
  readonly query?: Schema.Struct<Schema.Struct.Fields>
  readonly body?: Schema.Struct<Schema.Struct.Fields>
  /** Fields that a command has in a form that an address, which is text, cannot have. */
  readonly json?: Schema.Struct.Fields
  readonly output: Schema.Constraint
  readonly answer?: Answer
  /** Types of an answer that is not JSON. */
  readonly content?: ReadonlyArray<string>
  /** HTTP status of the answer; 200 when absent. */
  readonly status?: 201
  /** What it does, as a sentence. */
  readonly summary: string
  /** Errors beyond those that every operation of its kind can give (`errorsOf`). */
  readonly errors?: ReadonlyArray<DoorError["_tag"]>
  /** Whether it changes anything. */
  readonly changes: boolean
  /** It ends the caller's own sign-in: no limit keeps anyone from it, and its outcome is remembered for no one else (G-26). */
  readonly leaves?: true
  /** Its success is a line for debugging only: something asks for it all the time. */
  readonly quiet?: true
  /** A body that works as it stands (H-27). */
  readonly example?: object
  /** Longest body in bytes where that is not `bodyMax`. */
  readonly bodyMost?: number
}

/** Defines an operation, with the types of all its parts. */
export function operation<const D extends Definition>(definition: D): D {
  return definition
}

/** Text that names a session; only a whole id is one (H-3). */
export const SessionName = Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(256))

/** An object without fields: the answer of what has nothing to say, and the payload of a command that takes nothing. */
export const Nothing = Schema.Record(Schema.String, Schema.Never)

/** Id of a message, a permission request, a task, a token or a file, whole. */
export const ItemId = Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(256))

/** The path fields of an operation on a session. */
export const ofSession = {
  session: SessionName.annotate({
    description: "Whole id of the session",
    examples: ["01998c1e-7d5a-7c3e-9b1a-5d2f8e4a6b70"],
  }),
} as const

type FieldsType<F> = F extends Schema.Struct.Fields ? Schema.Struct.Type<F> : unknown
type StructType<S> = S extends { readonly Type: infer T } ? T : unknown
type Flat<T> = { [K in keyof T]: T[K] }

/** What an operation takes: the fields of its path, its query and its body together. */
export type InputOf<D> = D extends Definition
  ? Flat<
      Omit<FieldsType<D["params"]> & StructType<D["query"]> & StructType<D["body"]>, keyof FieldsType<D["json"]>> &
        FieldsType<D["json"]>
    >
  : never

/** The fields of an operation's input, wherever a request over HTTP has them. */
export function inputFields({ params, query, body }: Definition): Schema.Struct.Fields {
  return {
    ...params,
    ...query?.fields,
    ...body?.fields,
  }
}

/** The fields of an operation's input as a command of the stream socket has them. */
export function commandFields(definition: Definition): Schema.Struct.Fields {
  return { ...inputFields(definition), ...definition.json }
}

/** Whether an operation takes a key that makes it happen once. */
export function takesKey(definition: Definition): boolean {
  return "key" in inputFields(definition)
}

/** Whether an operation is about a session that its input names. */
export function isAboutSession(definition: Definition): boolean {
  return "session" in inputFields(definition)
}

/** The tags of the errors that the hub can answer an operation with. */
export function errorsOf(definition: Definition): ReadonlySet<DoorError["_tag"]> {
  const tags = new Set<DoorError["_tag"]>(["BadRequest", "InternalError", ...(definition.errors ?? [])])
  const add = (condition: boolean, ...more: ReadonlyArray<DoorError["_tag"]>): void => {
    if (condition) for (const tag of more) tags.add(tag)
  }
  add(definition.scope !== "public", "Unauthorized", "Unavailable", "RateLimited")
  const isForAll = definition.scope === "read" && definition.bound !== undefined
  add(definition.scope !== "public" && !isForAll, "SessionPermissionError")
  add(isAboutSession(definition), "SessionNotFound", "LogDamaged")
  add(isAboutSession(definition) && definition.changes, "SessionNotReady")
  add(takesKey(definition), "KeyConflict")
  add(definition.body !== undefined, "TooLarge", "Unprocessable")
  add(definition.changes, "TooLarge", "Busy", "StorageFull")
  return tags
}
