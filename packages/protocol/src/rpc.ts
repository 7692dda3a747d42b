/**
 * Commands of the stream socket (docs/protocol/rules.md, W-2): those of the connection, which are here, and every operation that
 * the socket has, under its name and with its input.
 */
import * as Schema from "effect/Schema"
import { ClientId } from "./desk.ts"
import { operationEntries, type OperationName, type Operations } from "./operations.ts"
import { commandFields, type InputOf, Nothing, SessionName } from "./operations/operation.ts"
import { type Appended, Cells, CreatedBy, Refreshed, Session } from "./session.ts"
import { matching, uncontrolled, visible, wellFormed } from "./text.ts"
import { TerminalColors } from "./terminal-colors.ts"

/** The commands of a connection: what each takes and answers with. */
export const CONNECTION_COMMANDS = {
  /**
   * First command on a socket: who is there. `client` is what others see of it, and may be kept for good. `connection` is known to it alone,
   * random, the same over its reconnects and of no other connection: with credential and client it keys the inputs.
   */
  Hello: {
    input: Schema.Struct({
      protocol: Schema.Int,
      client: ClientId,
      connection: Schema.String.check(
        matching(/^[\w-]{16,64}$/, "the id of a connection has 16 to 64 letters of A to Z, digits, _ or -"),
      ),
      name: Schema.String.check(Schema.isMaxLength(100), wellFormed, uncontrolled, visible),
      /** Kind of client; what it creates was created by that, where it says nothing else. */
      createdBy: Schema.optionalKey(CreatedBy),
    }),
    output: Schema.Struct({
      protocol: Schema.Int,
      version: Schema.String,
      /** Changes at every start of the hub. */
      hub: Schema.String,
      /** The client must hear something within this many milliseconds, or the connection is dead (W-7). */
      silence: Schema.Finite,
    }),
  },
  /**
   * Attaches to a session (docs/protocol/rules.md, D-1 to D-9). Without `after` the attachment starts with a snapshot of
   * what is on the screen; `after: 0` replays the whole log. Frames follow the answer, never precede it.
   */
  Attach: {
    input: Schema.Struct({
      session: SessionName,
      after: Schema.optionalKey(Schema.Finite),
      /** `log` of the answer the cursor came from; another one means that the store was reset. */
      log: Schema.optionalKey(Schema.String),
      mode: Schema.Literals(["interactive", "viewer"]),
      cols: Schema.optionalKey(Cells),
      rows: Schema.optionalKey(Cells),
      /** The session that the viewer's own terminal is in: it must not be shown in itself (T-30). */
      within: Schema.optionalKey(Schema.String.check(Schema.isMaxLength(256))),
      /** Colours of the viewer's terminal: what the child's questions are answered with (T-20). */
      colors: Schema.optionalKey(TerminalColors),
      /** Of a viewer that comes back: whether it gave the size when it last learned who does (T-48). */
      gaveSize: Schema.optionalKey(Schema.Boolean),
      /** Variables of the viewer's environment that later terminals inherit (T-29). */
      environment: Schema.optionalKey(Refreshed),
    }),
    output: Schema.Struct({
      handle: Schema.Finite,
      session: Session,
      log: Schema.String,
      /** Highest input number of this connection that is settled already; sending it again does nothing. */
      inputs: Schema.Finite,
      /** What this connection is among the viewers, and as the holder of the keyboard. */
      seat: Schema.String,
    }),
  },
  /** Ends an attachment; no frame for the handle follows the answer. */
  Detach: { input: Schema.Struct({ session: SessionName }), output: Nothing },
  /** Follows the feed of sessions from a change on; feed frames follow the answer. */
  WatchSessions: {
    input: Schema.Struct({
      after: Schema.optionalKey(Schema.Finite),
      /** `feed` of the answer the cursor came from; another one means that it is of another store. */
      feed: Schema.optionalKey(Schema.String),
      /** The announcements of the hub, without the sessions. */
      only: Schema.optionalKey(Schema.Literals(["announcements"])),
      /** Also tell what sessions do now (L-1). */
      doing: Schema.optionalKey(Schema.Boolean),
      /** Also give the caller's marks after this number, 0 for all, and those that move (L-5). */
      seen: Schema.optionalKey(Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))),
    }),
    output: Schema.Struct({
      change: Schema.Finite,
      feed: Schema.String,
      /** The cursor is of another feed or beyond the head: what was known is void, every session is sent. */
      reset: Schema.Boolean,
    }),
  },
  /** Ends the feed of sessions. */
  UnwatchSessions: { input: Nothing, output: Nothing },
} as const

/** Name of a command of the connection. */
export type ConnectionCommand = keyof typeof CONNECTION_COMMANDS

/** Name of an operation that the socket has. */
export type SocketOperation = {
  [N in OperationName]: Operations[N] extends { readonly socket: false } ? never : N
}[OperationName]

/** The commands of the stream socket: what each takes and answers with. */
export type Commands = {
  readonly [T in keyof typeof CONNECTION_COMMANDS | SocketOperation]: {
    readonly payload: T extends ConnectionCommand
      ? (typeof CONNECTION_COMMANDS)[T]["input"]["Type"]
      : T extends OperationName
        ? InputOf<Operations[T]>
        : never
    readonly answer: T extends ConnectionCommand
      ? (typeof CONNECTION_COMMANDS)[T]["output"]["Type"]
      : T extends OperationName
        ? Operations[T] extends { readonly answer: "session" }
          ? Appended
          : Operations[T]["output"]["Type"]
        : never
  }
}

/** The schema of what each command takes. */
export const COMMAND_INPUTS: ReadonlyMap<string, Schema.Codec<unknown>> = new Map<string, Schema.Codec<unknown>>([
  ...Object.entries(CONNECTION_COMMANDS).map(([name, { input }]) => [name, input] as const),
  ...operationEntries.flatMap(([name, definition]) =>
    definition.socket === false ? [] : [[name, inputSchema(commandFields(definition))] as const],
  ),
])

function inputSchema(fields: Schema.Struct.Fields): Schema.Codec<unknown> {
  const schema = Object.keys(fields).length === 0 ? Nothing : Schema.Struct(fields)
  return schema as unknown as Schema.Codec<unknown>
}
