/**
 * What people said about directories: kept as settings of the store, read once.
 *
 * A word holds for its directory and everything below it, component by component; the nearest one counts.
 */
import { createHash } from "node:crypto"
import { dirname } from "node:path"
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import type { BroughtFile, DirectoryTrust, TrustedDirectory, TrustState } from "@holdfast/protocol/agent/trust"
import type { Store, StoreError } from "@holdfast/store/Store"

const PREFIX = "trusted-directory:"
const nameOf = (directory: string): string => `${PREFIX}${createHash("sha256").update(directory).digest("base64url")}`

/** The words of a hub's people, one per directory. Directories are absolute and without links. */
export class TrustedDirectories {
  readonly #store: Store["Service"]
  readonly #words = new Map<string, TrustedDirectory>()
  /** One word at a time, so that of two that are to be the first one is. */
  readonly #turn = Semaphore.makeUnsafe(1)

  constructor(store: Store["Service"]) {
    this.#store = store
  }

  /** Reads what was kept. */
  get load(): Effect.Effect<void, StoreError> {
    return Effect.map(this.#store.settings(PREFIX), (found) => {
      for (const { value } of found) {
        const word = readWord(value)
        if (word !== undefined) this.#words.set(word.directory, word)
      }
    })
  }

  /** All words, by directory. */
  get all(): ReadonlyArray<TrustedDirectory> {
    return [...this.#words.values()].sort((a, b) => (a.directory < b.directory ? -1 : 1))
  }

  /** The word that holds for a directory. */
  for(directory: string): TrustedDirectory | undefined {
    for (let at = directory; ; at = dirname(at)) {
      const word = this.#words.get(at)
      if (word !== undefined || dirname(at) === at) return word
    }
  }

  /** How a directory that brings these files stands. */
  stateOf(directory: string, brings: ReadonlyArray<BroughtFile>): TrustState {
    const word = this.for(directory)
    if (word !== undefined) return word.trusted ? "trusted" : "refused"
    return brings.some(({ runs }) => runs) ? "waiting" : "unneeded"
  }

  /** A directory as it was found, with what people say of it now. */
  judge({ directory, brings }: Pick<DirectoryTrust, "directory" | "brings">): DirectoryTrust {
    return { directory, state: this.stateOf(directory, brings), brings }
  }

  /** Keeps a word, durably, in place of an earlier one about the same directory; gives it. */
  say(word: TrustedDirectory): Effect.Effect<TrustedDirectory, StoreError> {
    return Effect.uninterruptible(this.#turn.withPermit(this.#put(word)))
  }

  /** Keeps a word where none holds yet; gives the one that holds, which is another one's where that was first. */
  sayFirst(word: TrustedDirectory): Effect.Effect<TrustedDirectory, StoreError> {
    const first = Effect.suspend(() => {
      const said = this.for(word.directory)
      return said === undefined ? this.#put(word) : Effect.succeed(said)
    })
    return Effect.uninterruptible(this.#turn.withPermit(first))
  }

  #put(word: TrustedDirectory): Effect.Effect<TrustedDirectory, StoreError> {
    return Effect.andThen(
      this.#store.putSetting(nameOf(word.directory), JSON.stringify(word)),
      Effect.sync(() => {
        this.#words.set(word.directory, word)
        return word
      }),
    )
  }

  /** Takes the word about a directory back; false when there is none. */
  revoke(directory: string): Effect.Effect<boolean, StoreError> {
    const forgotten = Effect.suspend(() =>
      this.#words.has(directory)
        ? Effect.map(this.#store.putSetting(nameOf(directory), undefined), () => this.#words.delete(directory))
        : Effect.succeed(false),
    )
    return Effect.uninterruptible(this.#turn.withPermit(forgotten))
  }
}

function readWord(text: string): TrustedDirectory | undefined {
  try {
    const word = JSON.parse(text) as Partial<TrustedDirectory> | null
    const sound = typeof word?.directory === "string" && typeof word.trusted === "boolean" && typeof word.by === "string"
    return sound && typeof word.at === "number" ? (word as TrustedDirectory) : undefined
  } catch {
    return undefined
  }
}
