/**
 * Commands of the stream socket, as Effect RPC (JSON text frames).
 *
 * The unstable RPC module of the effect library is used here and in the hub's socket door only.
 */
import * as Schema from "effect/Schema"
import { Rpc, RpcGroup } from "effect/rpc"
import { agentRpcs } from "./agent/rpc-agents.ts"
import { DoorError } from "./errors.ts"
import {
  Appended,
  Cells,
  CreateSession,
  Key,
  MarkSession,
  Refreshed,
  Resolved,
  RestartSession,
  Session,
  SessionPage,
  SessionQuery,
  SignalName,
  UpdateSession,
} from "./session.ts"
import { uncontrolled, visible, wellFormed } from "./text.ts"
import { TerminalColors } from "./terminal-colors.ts"

const session = Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(256))

/**
 * First command on a socket: who is there. `client` is what others see of it. `connection` is known to it alone, random, the same over its
 * reconnects and of no other connection: with credential and client it keys the inputs.
 */
export const Hello = Rpc.make("Hello", {
  payload: {
    protocol: Schema.Int,
    client: Schema.String.check(Schema.isPattern(/^[\w-]{8,64}$/)),
    connection: Schema.optionalKey(Schema.String.check(Schema.isPattern(/^[\w-]{16,64}$/))),
    name: Schema.String.check(Schema.isMaxLength(100), wellFormed, uncontrolled, visible),
  },
  success: Schema.Struct({
    protocol: Schema.Int,
    version: Schema.String,
    /** Changes at every start of the hub. */
    hub: Schema.String,
    /** The client must hear something within this many milliseconds, or the connection is dead (W-7). */
    silence: Schema.Finite,
  }),
  error: DoorError,
})

/**
 * Attaches to a session (docs/PROTOCOL.md, D-1 to D-9). Without `after` the attachment starts with a snapshot of
 * what is on the screen; `after: 0` replays the whole log. Frames follow the answer, never precede it.
 */
export const Attach = Rpc.make("Attach", {
  payload: {
    session,
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
    /** Of a viewer that comes back: whether it gave the size when it was last told who does (T-48). */
    gaveSize: Schema.optionalKey(Schema.Boolean),
    /** Variables of the viewer's environment that later terminals inherit (T-29). */
    environment: Schema.optionalKey(Refreshed),
  },
  success: Schema.Struct({
    handle: Schema.Finite,
    session: Session,
    log: Schema.String,
    /** Highest input number of this client that is settled already; sending it again does nothing. */
    inputs: Schema.Finite,
  }),
  error: DoorError,
})

/** Ends an attachment; no frame for the handle follows the answer. */
export const Detach = Rpc.make("Detach", { payload: { session }, success: Schema.Void, error: DoorError })

/** Follows the feed of sessions from a change on; feed frames follow the answer. */
export const WatchSessions = Rpc.make("WatchSessions", {
  payload: {
    after: Schema.optionalKey(Schema.Finite),
    /** `feed` of the answer the cursor came from; another one means that it is of another store. */
    feed: Schema.optionalKey(Schema.String),
  },
  success: Schema.Struct({
    change: Schema.Finite,
    feed: Schema.String,
    /** The cursor is of another feed or beyond the head: what was known is void, every session is sent. */
    reset: Schema.Boolean,
  }),
  error: DoorError,
})

/** Ends the feed of sessions. */
export const UnwatchSessions = Rpc.make("UnwatchSessions", { success: Schema.Void, error: DoorError })

/** Takes or releases the keyboard: with `single` only this connection, which must be attached interactively, may type until it releases it or is gone. */
export const SetTypist = Rpc.make("SetTypist", {
  payload: { session, mode: Schema.Literals(["single", "free"]) },
  success: Appended,
  error: DoorError,
})

/** Ends the attachments of everybody else to a session (T-31). */
export const DetachOthers = Rpc.make("DetachOthers", {
  payload: { session },
  success: Schema.Struct({ detached: Schema.Finite }),
  error: DoorError,
})

/** The commands of the stream socket. */
export class SessionRpcs extends RpcGroup.make(
  Hello,
  Attach,
  Detach,
  WatchSessions,
  UnwatchSessions,
  SetTypist,
  DetachOthers,
  Rpc.make("Create", { payload: CreateSession, success: Session, error: DoorError }),
  Rpc.make("Get", { payload: { session }, success: Session, error: DoorError }),
  /** The session that a label or a part of an id names; every other command takes whole ids (H-3). */
  Rpc.make("Resolve", { payload: { name: session }, success: Resolved, error: DoorError }),
  Rpc.make("List", { payload: SessionQuery, success: SessionPage, error: DoorError }),
  Rpc.make("Update", { payload: { session, change: UpdateSession }, success: Appended, error: DoorError }),
  Rpc.make("Mark", { payload: { session, mark: MarkSession }, success: Appended, error: DoorError }),
  Rpc.make("Archive", { payload: { session, key: Schema.optionalKey(Key) }, success: Appended, error: DoorError }),
  Rpc.make("Restore", { payload: { session, key: Schema.optionalKey(Key) }, success: Appended, error: DoorError }),
  Rpc.make("Delete", { payload: { session, key: Schema.optionalKey(Key) }, success: Appended, error: DoorError }),
  ...agentRpcs,
  Rpc.make("Restart", { payload: { session, start: RestartSession }, success: Session, error: DoorError }),
  Rpc.make("Signal", { payload: { session, signal: SignalName }, success: Schema.Void, error: DoorError }),
) {}
