/**
 * The sessions' own directories, which hold what is beside the log.
 *
 * A directory is made before its session and removed after it. Around both a file with the session's id in `unsettled` says so:
 * after a kill in between, the next start removes the directories of exactly those that the store does not have
 * (docs/PROTOCOL.md, A-69).
 */
import { readdirSync } from "node:fs"
import { mkdir, rm, stat, writeFile } from "node:fs/promises"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { UUID_V7 } from "@holdfast/protocol/ids"
import type { Store } from "@holdfast/store/Store"
import { writeDurably } from "@holdfast/store/durable-file"

type Report = (message: string, fields: Readonly<Record<string, unknown>>) => void

/** The directories of a data directory. */
export class SessionDirectories {
  readonly #data: string
  readonly #report: Report

  /** `data`: the data directory. */
  constructor(data: string, report: Report) {
    this.#data = data
    this.#report = report
  }

  /** The directory of a session, for its logs, its environment and what its agent resumes from. */
  of(session: string): string {
    return join(this.#data, "sessions", session)
  }

  /** Says, before the directory is made, that the store may not have its session; `isDurable`: after a power cut too. */
  async mark(session: string, isDurable: boolean): Promise<void> {
    if (isDurable) return writeDurably(this.#markOf(session), "")
    await mkdir(join(this.#data, "unsettled"), { recursive: true, mode: 0o700 })
    await writeFile(this.#markOf(session), "", { mode: 0o600 })
  }

  /** The store has the session. */
  settled(session: string): void {
    rm(this.#markOf(session), { force: true }).catch((cause: unknown) =>
      this.#report("the mark of a settled session could not be removed", { session, cause: String(cause) }),
    )
  }

  /** The store has no such session: its directory goes, then its mark. */
  async remove(session: string): Promise<void> {
    try {
      await rm(this.of(session), { recursive: true, force: true })
      await rm(this.#markOf(session), { force: true })
    } catch (cause) {
      this.#report("a session's directory could not be removed", { session, cause: String(cause) })
    }
  }

  /** Marks the sessions that are about to be purged, as far as they have a directory. */
  async markDue(sessions: ReadonlyArray<string>): Promise<void> {
    for (const session of sessions) {
      const found = await stat(this.of(session)).catch(() => undefined)
      if (found !== undefined) await this.mark(session, true)
    }
  }

  /** Settles what a kill left marked. Runs before any session is made. */
  settleAll(store: Store["Service"]): Effect.Effect<void> {
    return Effect.gen({ self: this }, function* () {
      for (const session of this.#marked()) {
        const isThere = yield* store.get(session).pipe(
          Effect.as(true),
          Effect.catch((error) => {
            if (error._tag === "NoSuchSession") return Effect.succeed(false)
            this.#report("an unsettled session could not be looked for", { session, cause: error.message })
            return Effect.succeed(undefined)
          }),
        )
        if (isThere === true) this.settled(session)
        else if (isThere === false) yield* Effect.promise(() => this.remove(session))
      }
    })
  }

  #marked(): ReadonlyArray<string> {
    try {
      return readdirSync(join(this.#data, "unsettled")).filter((name) => UUID_V7.test(name))
    } catch (cause) {
      if (!(cause instanceof Error && "code" in cause && cause.code === "ENOENT"))
        this.#report("unsettled sessions could not be looked for", { cause: String(cause) })
      return []
    }
  }

  #markOf(session: string): string {
    return join(this.#data, "unsettled", session)
  }
}
