/** Answers questions about files, a few at a time. */
import type { AskOf, FilesAsk } from "@holdfast/link/file-messages"
import { Lane } from "./Lane.ts"
import { listChanges } from "./git/changes.ts"
import { diffFile } from "./git/diff.ts"
import { GitMissing } from "./git/git-program.ts"
import { Snapshots } from "./git/Snapshots.ts"
import { listDirectories } from "./place/list-directories.ts"
import { readText } from "./place/read-file.ts"
import { FileLists } from "./search/FileLists.ts"
import { Searches } from "./search/search-files.ts"
import type { Answer } from "./thread-messages.ts"

/** Questions that are answered at once, and those that wait; more are refused. */
const AT_ONCE = 4
const WAITING_MAX = 200

/** Answers them. */
export class Answers {
  readonly #searches = new Searches(new FileLists(Date.now))
  readonly #snapshots = new Snapshots()
  readonly #lane = new Lane(AT_ONCE, WAITING_MAX)

  /** Answers one; rejects with `FilesRefused`. */
  async answer(ask: FilesAsk): Promise<Answer> {
    // A search answers from memory as a rule, and one that waits could not be superseded.
    if (ask.ask === "search") return this.#searches.find(ask)
    // A turn does not wait for its snapshot: behind people's questions it would come too late to be right.
    if (ask.ask === "snapshot") return this.#snapshot(ask)
    return this.#lane.run(() => carryOut(ask))
  }

  async #snapshot(ask: AskOf<"snapshot">): Promise<Answer> {
    try {
      return await this.#snapshots.take(ask, Date.now())
    } catch (cause) {
      if (cause instanceof GitMissing) return { kept: false }
      throw cause
    }
  }
}

async function carryOut(ask: Exclude<FilesAsk, { readonly ask: "search" | "snapshot" }>): Promise<Answer> {
  switch (ask.ask) {
    case "directories":
      return listDirectories(ask)
    case "read":
      return readText(ask)
    case "changes":
      return withGit(() => listChanges(ask))
    case "diff":
      return withGit(() => diffFile(ask))
  }
}

/** Where there is no Git that can be used, that is the answer. */
async function withGit<A>(use: () => Promise<A>) {
  try {
    return await use()
  } catch (cause) {
    if (!(cause instanceof GitMissing)) throw cause
    return { available: false, reason: "NoGit", message: cause.message } as const
  }
}
