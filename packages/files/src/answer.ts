/** Answers questions about files, a few at a time. */
import type { FilesAsk } from "@holdfast/link/file-messages"
import { listChanges } from "./git/changes.ts"
import { diffFile } from "./git/diff.ts"
import { GitMissing } from "./git/run-git.ts"
import { takeSnapshot } from "./git/snapshot.ts"
import { listDirectories } from "./place/list-directories.ts"
import { readText } from "./place/read-file.ts"
import { FilesRefused } from "./place/refused.ts"
import { FileLists } from "./search/FileLists.ts"
import { Searches } from "./search/search-files.ts"
import type { Answer } from "./thread-messages.ts"

/** Questions that are answered at once, and those that wait; more are refused. */
const AT_ONCE = 4
const WAITING_MAX = 200

/** Answers them. */
export class Answers {
  readonly #searches = new Searches(new FileLists(Date.now))
  readonly #waiting: Array<() => void> = []
  #running = 0

  /** Answers one; rejects with `FilesRefused`. */
  async answer(ask: FilesAsk): Promise<Answer> {
    // A search answers from memory as a rule, and one that waits could not be superseded.
    if (ask.ask === "search") return this.#searches.find(ask)
    await this.#turn()
    try {
      return await carryOut(ask)
    } finally {
      this.#running--
      this.#waiting.shift()?.()
    }
  }

  async #turn(): Promise<void> {
    if (this.#running >= AT_ONCE) {
      if (this.#waiting.length >= WAITING_MAX) throw new FilesRefused("Busy", "too much is asked about files; try again")
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
    this.#running++
  }
}

async function carryOut(ask: Exclude<FilesAsk, { readonly ask: "search" }>): Promise<Answer> {
  switch (ask.ask) {
    case "directories":
      return listDirectories(ask)
    case "read":
      return readText(ask)
    case "changes":
      return withGit(() => listChanges(ask))
    case "diff":
      return withGit(() => diffFile(ask))
    case "snapshot":
      return takeSnapshot(ask, Date.now()).catch((cause: unknown) => {
        if (cause instanceof GitMissing) return { kept: false }
        throw cause
      })
  }
}

/** Where there is no Git, that is the answer. */
async function withGit<A>(use: () => Promise<A>) {
  try {
    return await use()
  } catch (cause) {
    if (!(cause instanceof GitMissing)) throw cause
    return {
      available: false,
      reason: "NoGit",
      message: "Git is not installed on the hub's machine; changes are shown with it",
    } as const
  }
}
