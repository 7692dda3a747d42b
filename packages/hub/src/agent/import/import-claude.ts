/**
 * Importing a session of Claude Code: one session of ours with its messages and with the transcript that Claude goes on
 * from, made in one append, once per session however often it is asked for (mission row A10).
 */
import { promisify } from "node:util"
import { zstdCompress } from "node:zlib"
import * as Effect from "effect/Effect"
import { decide } from "@holdfast/core/decide"
import type { ClaudeImportable } from "@holdfast/protocol/agent/import"
import { type DoorError, Unavailable, Unprocessable } from "@holdfast/protocol/errors"
import type { EventDraft } from "@holdfast/protocol/event"
import type { Principal } from "../../Hub.ts"
import { type Core, newId } from "../../live/Core.ts"
import type { Created } from "../../live/create.ts"
import { may } from "../../live/lifecycle.ts"
import { encodeDrafts, storedState } from "../../session/encode.ts"
import { storeProblem } from "../../session/store-problem.ts"
import { isDirectory } from "../../terminal/PathChecks.ts"
import { type ClaudeSession, claudeDirectory, listClaudeSessions } from "./claude-sessions.ts"
import { claudeMessages, claudeTranscript, type TranscriptBatch } from "./claude-transcripts.ts"

/** Largest transcript that is imported, in bytes. */
const TRANSCRIPT_MAX = 256 * 1024 * 1024

const compress = promisify(zstdCompress)

const reading = <A>(read: () => Promise<A>): Effect.Effect<A, Unavailable> =>
  Effect.tryPromise({
    try: read,
    catch: (cause) => new Unavailable({ message: `Claude Code's sessions cannot be read: ${String(cause)}` }),
  })

const sessions = (core: Core): Effect.Effect<ReadonlyArray<ClaudeSession>, Unavailable> =>
  reading(() => listClaudeSessions(claudeDirectory(core.options.defaults.env)))

const titleOf = ({ id, title, firstPrompt }: ClaudeSession): string => {
  // oxlint-disable-next-line no-control-regex
  const text = (title ?? firstPrompt ?? "").replace(/[\u0000-\u001f\u007f-\u009f]+/g, " ").trim()
  return text === "" ? `claude ${id.slice(0, 8)}` : [...text].slice(0, 80).join("")
}

/** The sessions of Claude Code on this machine, the latest first. */
export const importable = (core: Core): Effect.Effect<ReadonlyArray<ClaudeImportable>, DoorError> =>
  Effect.map(sessions(core), (found) =>
    found.map((session) => ({
      id: session.id,
      title: titleOf(session),
      modifiedAt: session.modified,
      size: session.size,
      ...(session.cwd === undefined ? {} : { cwd: session.cwd }),
    })),
  )

/** Imports one; a second time gives the session of the first. */
export const importClaude = (core: Core, id: string, by: Principal): Effect.Effect<Created, DoorError> =>
  Effect.gen(function* () {
    yield* may(by)
    const found = (yield* sessions(core)).filter((session) => session.id.startsWith(id))
    const [source] = found
    if (source === undefined || found.length > 1) {
      const why = source === undefined ? "has no session" : "has several sessions"
      return yield* new Unprocessable({
        message: `Claude Code ${why} ${id}; holdfast import --claude --ls lists them`,
        field: "id",
      })
    }
    if (source.size > TRANSCRIPT_MAX) {
      return yield* new Unprocessable({ message: `the session has ${source.size} bytes, at most ${TRANSCRIPT_MAX} are imported` })
    }
    const cwd = source.cwd ?? core.options.defaults.home
    const there = yield* Effect.promise(() => isDirectory(cwd))
    const drafts = yield* reading(() => draftsOf(source, by))
    const now = core.now()
    const session = newId(now)
    const decision = decide(undefined, {
      _tag: "Create",
      kind: "agent",
      label: titleOf(source),
      tags: ["imported"],
      owner: by.name,
      agent: { name: "claude", adapter: "claude", cwd: there ? cwd : core.options.defaults.home, env: {}, options: {} },
    })
    const events = decision._tag === "Accepted" ? [...decision.events, ...drafts] : []
    const encoded = encodeDrafts(session, undefined, events, 1, now, by.name)
    if (encoded === undefined) return yield* Effect.die(new Error("an imported session was refused"))
    const made = yield* core.store
      .create({
        id: session,
        records: encoded.records,
        state: storedState(encoded.state),
        key: { key: `import-claude-${source.id}`, hash: source.id },
      })
      .pipe(Effect.mapError(storeProblem))
    if (made._tag === "KeyConflict") return yield* Effect.die(new Error("an import's key has one body"))
    if (made._tag === "Exists") {
      return { session: yield* core.store.get(made.id).pipe(Effect.mapError(storeProblem)), created: false }
    }
    const { session: opened } = core.table.adopt(made.claimed, encoded.state)
    core.feed.push(session, () => opened.record())
    return { session: opened.record(), created: true }
  })

async function draftsOf(source: ClaudeSession, by: Principal): Promise<ReadonlyArray<EventDraft>> {
  const drafts: Array<EventDraft> = [
    { name: "session/agent-info", data: { native: source.id } },
    { name: "session/marked", data: { text: `imported from Claude Code, session ${source.id}` } },
  ]
  for await (const message of claudeMessages(source)) {
    const author = message.role === "user" ? { by: by.name } : {}
    drafts.push({ name: "message/added", data: { message: { ...message, ...author } } })
  }
  for await (const batch of claudeTranscript(source)) drafts.push(await transcriptDraft(batch))
  return drafts
}

async function transcriptDraft({ key, entries }: TranscriptBatch): Promise<EventDraft> {
  const bytes = await compress(entries.map((entry) => JSON.stringify(entry)).join("\n"))
  return { name: "system/transcript", data: { key, encoding: "zstd", entries: entries.length, base64: bytes.toString("base64") } }
}
