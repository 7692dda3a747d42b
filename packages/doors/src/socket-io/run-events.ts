/**
 * What goes to a client as `run:event` (docs/protocol/rules.md, K-4): events of the log, and notices about its attachment, as
 * packets of Socket.IO. Those of a record are made once for all subscribers.
 */
import type { Channel, Event } from "@holdfast/protocol/event"
import type { SnapshotHead } from "@holdfast/protocol/frame"
import { decodeRecord, readRecord } from "@holdfast/protocol/record"
import type { Session } from "@holdfast/protocol/session"
import { snapshotFields } from "../json/snapshot-fields.ts"
import { textFrame } from "../websocket-frame.ts"

/** The one event that the door sends. */
export const RUN_EVENT = "run:event"

/** A packet that is ready to be sent: its text, and what the transport may use in its place. */
export interface RunPacket {
  readonly text: string
  readonly options: { readonly compress: false; readonly wsPreEncodedFrame: ReadonlyArray<Buffer> }
}

/** Channels that stand in place of ours, by our names; what is not here keeps its own. */
const NAMED: Readonly<Record<string, string>> = {
  "terminal/output": "pty:stdout",
  "terminal/resize": "pty:resize",
  "agent/text-delta": "claude:delta",
  "agent/reasoning-delta": "claude:delta",
  "agent/tool-input-delta": "claude:delta",
  "message/added": "claude:message",
  "turn/ended": "claude:result",
}

/** What the session does, or is: its life and that of its process, and the state of its turn. */
const STATUS = new Set([
  ...["session/created", "session/archived", "session/restored", "session/deleted"],
  ...["session/agent-starting", "session/agent-started", "session/agent-failed", "session/agent-ending"],
  ...["session/agent-exited", "session/agent-lost"],
  ...["terminal/starting", "terminal/started", "terminal/failed", "terminal/exit", "terminal/lost"],
  ...["turn/started", "turn/interrupting", "turn/silent", "turn/heard"],
])

/** Channel of notices: what is no event of the log. */
const NOTICES = "system:status"

/** The channel under which an event of the log is sent: one of the named six, or its own. */
export function channelOf(channel: Channel, type: string): string {
  const name = `${channel}/${type}`
  return NAMED[name] ?? (STATUS.has(name) ? NOTICES : channel)
}

/** First character of a message of Engine.IO, and what a packet of Socket.IO begins with that is an event. */
const MESSAGE = "4"
const EVENT = `2["${RUN_EVENT}",`

function packetOf(json: string): RunPacket {
  const text = `${EVENT}${json}]`
  return { text, options: { compress: false, wsPreEncodedFrame: [textFrame(MESSAGE + text)] } }
}

const made = new WeakMap<Uint8Array, RunPacket>()

/** The packet of a record. Subscribers of one tick share the record, and so the packet made here. */
export function eventPacket(run: string, record: Uint8Array): RunPacket {
  const known = made.get(record)
  if (known !== undefined) return known
  const { channel, ...rest }: Event = decodeRecord(readRecord(record, 0))
  const shown = { runId: run, channel: channelOf(channel, rest.type), name: `${channel}/${rest.type}`, ...rest }
  const packet = packetOf(JSON.stringify(shown))
  made.set(record, packet)
  return packet
}

/** A notice: `name` says what about. */
export function noticePacket(run: string, name: string, fields: Readonly<Record<string, unknown>>): RunPacket {
  return packetOf(JSON.stringify({ runId: run, channel: NOTICES, name, type: name, ...fields }))
}

/** The notice that stands for everything up to `seq`. */
export function snapshotPacket(run: string, seq: number, head: SnapshotHead, screen: Uint8Array, session: Session): RunPacket {
  const name = '"name":"snapshot","type":"snapshot"'
  const begin = `{"runId":${JSON.stringify(run)},"channel":"${NOTICES}",${name},"seq":${seq}`
  return packetOf(`${begin},${snapshotFields(head, screen)},"session":${JSON.stringify(session)}}`)
}
