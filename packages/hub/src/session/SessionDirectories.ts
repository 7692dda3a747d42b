/**
 * The sessions' own directories, which hold what is beside the log, under the names that their records have (A-70).
 *
 * A directory is made before its session and removed after it. Around both a file of the directory's name in `unsettled` says
 * so: after a kill in between, the next start removes the directories of exactly those that the store does not have
 * (docs/protocol/rules.md, A-69).
 */
import { readdirSync } from "node:fs"
import { mkdir, rm, stat, writeFile } from "node:fs/promises"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { directoryName, sessionOfDirectory } from "@holdfast/core/session-directory"
import type { Settings } from "@holdfast/protocol/settings"
import type { Store } from "@holdfast/store/Store"
import { writeDurably } from "@holdfast/store/durable-file"

/** The directory that holds those of the sessions: the setting's, or `sessions` in the data directory. */
export function sessionsRoot({ sessionDirectories }: Pick<Settings, "sessionDirectories">, data: string): string {
  return sessionDirectories === "" ? join(data, "sessions") : sessionDirectories
}

type Report = (message: string, fields: Readonly<Record<string, unknown>>) => void

/** The directories of a hub's sessions. */
export class SessionDirectories {
  readonly #data: string
  readonly #root: string
  readonly #report: Report

  /** `data`: the data directory; `root`: the directory that holds those of the sessions. */
  constructor(data: string, root: string, report: Report) {
    this.#data = data
    this.#root = root
    this.#report = report
  }

  /** The hub's own directories, which no file request of an agent may enter. */
  get guarded(): ReadonlyArray<string> {
    return [this.#data, this.#root]
  }

  /** The directory of this name: for a session's logs, its files, its environment and what its agent resumes from. */
  of(name: string): string {
    return join(this.#root, checked(name))
  }

  /** Makes the directory of a session that the store has; whether it was not there. */
  async make(name: string): Promise<boolean> {
    return (await mkdir(this.of(name), { recursive: true, mode: 0o700 })) !== undefined
  }

  /** Says, before the directory is made, that the store may not have its session; `isDurable`: after a power cut too. */
  async mark(name: string, isDurable: boolean): Promise<void> {
    if (isDurable) return writeDurably(this.#markOf(name), "")
    await mkdir(this.#unsettled, { recursive: true, mode: 0o700 })
    await writeFile(this.#markOf(name), "", { mode: 0o600 })
  }

  /** The store has the session. */
  settled(name: string): void {
    rm(this.#markOf(name), { force: true }).catch((cause: unknown) =>
      this.#report("the mark of a settled session could not be removed", { directory: name, cause: String(cause) }),
    )
  }

  /** The store has no such session: its directory goes, then its mark. */
  async remove(name: string): Promise<void> {
    try {
      await rm(this.of(name), { recursive: true, force: true })
      await rm(this.#markOf(name), { force: true })
    } catch (cause) {
      this.#report("a session's directory could not be removed", { directory: name, cause: String(cause) })
    }
  }

  /** Marks those of the directories of sessions that are about to be purged which are there. */
  async markDue(names: ReadonlyArray<string>): Promise<void> {
    for (const name of names) {
      const found = await stat(this.of(name)).catch(() => undefined)
      if (found !== undefined) await this.mark(name, true)
    }
  }

  /** The directory of a session whose record cannot be read, by its id; a name without a label where there is none. */
  find(session: string): string {
    return this.#names(this.#root).find((name) => sessionOfDirectory(name) === session) ?? directoryName("", session)
  }

  /** Settles what a kill left marked. Runs before any session is made. */
  settleAll(store: Store["Service"]): Effect.Effect<void> {
    return Effect.gen({ self: this }, function* () {
      for (const name of this.#names(this.#unsettled)) {
        const session = sessionOfDirectory(name)
        if (session === undefined) continue
        const isThere = yield* store.get(session).pipe(
          Effect.as(true),
          Effect.catch((error) => {
            if (error._tag === "NoSuchSession") return Effect.succeed(false)
            this.#report("an unsettled session could not be looked up", { session, cause: error.message })
            return Effect.succeed(undefined)
          }),
        )
        if (isThere === true) this.settled(name)
        else if (isThere === false) yield* Effect.promise(() => this.remove(name))
      }
    })
  }

  #names(folder: string): ReadonlyArray<string> {
    try {
      return readdirSync(folder)
    } catch (cause) {
      if (!(cause instanceof Error && "code" in cause && cause.code === "ENOENT"))
        this.#report("the directories of sessions could not be listed", { folder, cause: String(cause) })
      return []
    }
  }

  /** The directory of the marks. */
  get #unsettled(): string {
    return join(this.#data, "unsettled")
  }

  #markOf(name: string): string {
    return join(this.#unsettled, checked(name))
  }
}

/** Nothing but the directory of a session is ever touched, whatever a damaged record says. */
function checked(name: string): string {
  if (sessionOfDirectory(name) === undefined) throw new Error(`${JSON.stringify(name)} is not the name of a session's directory`)
  return name
}
