/**
 * What the notes in an agent's journal mean: each is one command for the session's loop, decided when it is placed.
 */
import { promisify } from "node:util"
import { zstdCompress, zstdCompressSync } from "node:zlib"
import type { AgentReport } from "@holdfast/core/agent/commands"
import { decide } from "@holdfast/core/decide"
import type { SessionState } from "@holdfast/core/state"
import type { AgentChunk } from "@holdfast/protocol/agent/chunk"
import type { InputPart } from "@holdfast/protocol/agent/message"
import { readChunk } from "@holdfast/protocol/agent/read-chunk"
import type { EventDraft } from "@holdfast/protocol/events"
import type { AgentNote } from "@holdfast/link/agent-messages"
import type { Work } from "../session/Work.ts"
import type { Translate } from "../child/ChildFollower.ts"
import type { DrivenAgent } from "./DrivenAgent.ts"
import { wholeParts } from "./queued-message.ts"

/** Longest transcript entries, in characters, that are compressed in place; longer ones are compressed beside the loop. */
const COMPRESS_HERE = 32 * 1024

const compress = promisify(zstdCompress)

type Decide = Work["decide"]

const nothing: Decide = () => ({ _tag: "Accepted", events: [] })

/** The translation of an agent's notes for one session. */
export const translateNotes =
  (driver: DrivenAgent): Translate =>
  (note, time) => {
    if (note.type === "exit") return exited(driver, note.code, note.signal)
    if (note.type !== "agent") return nothing
    driver.heard()
    return translate(driver, note.note, time)
  }

const submit =
  (report: AgentReport): Decide =>
  (state) =>
    decide(state, report)

function translate(driver: DrivenAgent, note: AgentNote, time: number): Decide | Promise<Decide> {
  const { live, context } = driver
  switch (note.type) {
    case "ready": {
      const { type: _, ...ready } = note
      return submit({ kind: "report", _tag: "AgentReady", ...ready })
    }
    case "failed":
      return submit({ kind: "report", _tag: "AgentFailed", tag: note.tag, message: note.message })
    case "info": {
      const { type: _, ...told } = note
      return submit({ kind: "report", _tag: "AgentTold", ...told })
    }
    case "taken":
      return taken(driver, note, time)
    case "returned":
      return submit({
        kind: "report",
        _tag: "AgentReturned",
        messageId: note.messageId,
        reason: note.reason,
        next: context.newId(),
      })
    case "chunks":
      return (state) => {
        const { turn, chunks } = note
        const decision = decide(state, { kind: "report", _tag: "AgentSaid", turn, chunks })
        if (decision._tag === "Accepted" && decision.events.length > 0) live.tell(state, turn, time, chunks)
        return decision
      }
    case "turn-ended":
      return (state) => {
        const { type: _, ...end } = note
        const message = live.ended(end.turn, end.outcome)
        return decide(state, {
          kind: "report",
          _tag: "AgentEnded",
          ...end,
          next: context.newId(),
          ...(message === undefined ? {} : { message }),
        })
      }
    case "asked": {
      const { permissionTimeout } = context.settings
      const expires = permissionTimeout > 0 ? { expiresAt: time + permissionTimeout } : {}
      const { turn, request } = note
      const own = turn === undefined ? {} : { turn }
      return (state) =>
        decide(state, { kind: "report", _tag: "AgentAsked", ...own, request, at: time, always: context.rules.all, ...expires })
    }
    case "settled":
      return submit({
        kind: "report",
        _tag: note.how === "withdrawn" ? "AgentWithdrew" : "AgentSettled",
        requestId: note.requestId,
      })
    case "task-started":
      return submit({ kind: "report", _tag: "AgentTaskStarted", task: note.task })
    case "task-progress":
      return submit({ kind: "report", _tag: "AgentTaskProgressed", taskId: note.taskId, progress: note.progress })
    case "task-ended": {
      const { type: _, ...ended } = note
      return submit({ kind: "report", _tag: "AgentTaskEnded", ...ended })
    }
    case "alive":
      return submit({ kind: "report", _tag: "AgentAlive" })
    case "limited": {
      const { type: _, ...limit } = note
      return submit({
        kind: "report",
        _tag: "AgentLimited",
        at: time,
        continues: limit.until !== undefined && context.settings.limitContinue,
        ...limit,
      })
    }
    case "transcript":
      return transcript(note)
  }
}

/** A message is stored whole; one of which the record has the beginning is read first. */
function taken(
  driver: DrivenAgent,
  { messageId, turn }: Extract<AgentNote, { type: "taken" }>,
  time: number,
): Decide | Promise<Decide> {
  const { live, session, context } = driver
  const translated =
    (parts?: ReadonlyArray<InputPart>): Decide =>
    (state) => {
      const decision = decide(state, {
        kind: "report",
        _tag: "AgentTook",
        messageId,
        turn,
        ...(parts === undefined ? {} : { parts }),
      })
      if (decision._tag === "Accepted") live.tell(state, turn, time, decision.events.flatMap(chunkIn))
      return decision
    }
  const item = session.state.agent?.queue.find((queued) => queued.id === messageId)
  if (item?.cut !== true) return translated()
  return context.run(wholeParts(session, item)).then(translated, (cause: unknown) => {
    driver.report("a message could not be read from the log; its beginning is kept", { message: messageId, cause: String(cause) })
    return translated()
  })
}

/** The chunk that an event of the `agent` channel is. */
function chunkIn({ name, data }: EventDraft): ReadonlyArray<AgentChunk> {
  const chunk = name.startsWith("agent/") ? readChunk({ ...data, type: name.slice("agent/".length) }) : undefined
  return chunk === undefined ? [] : [chunk]
}

function transcript({ key, entries }: Extract<AgentNote, { type: "transcript" }>): Decide | Promise<Decide> {
  const text = entries.map((entry) => JSON.stringify(entry)).join("\n")
  const report = (bytes: Buffer): Decide =>
    submit({
      kind: "report",
      _tag: "AgentTranscript",
      key,
      encoding: "zstd",
      entries: entries.length,
      base64: bytes.toString("base64"),
    })
  return text.length <= COMPRESS_HERE ? report(zstdCompressSync(text)) : compress(text).then(report)
}

function exited(driver: DrivenAgent, code: number, signal: string | undefined): Decide {
  return (state: SessionState) => {
    const message = driver.live.ended(state.agent?.turn?.id, "error")
    return decide(state, {
      kind: "report",
      _tag: "AgentExited",
      code,
      ...(signal === undefined ? {} : { signal }),
      ...(message === undefined ? {} : { message }),
    })
  }
}
