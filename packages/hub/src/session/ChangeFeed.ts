/**
 * The feed of sessions: each changed record, resumable from a change number (docs/protocol/rules.md, D-12).
 *
 * What changed in a tick goes out together, each session once, at its latest state. A watcher that comes back is served
 * from the store first; it gets live changes only after it has everything before them.
 */
import * as Exit from "effect/Exit"
import type { Session } from "@holdfast/protocol/session"
import type { Store } from "@holdfast/store/Store"
import type { Fork } from "./Fork.ts"
import { PAGE } from "./read-sizes.ts"

/** Receives changed records; `synced` is true once everything up to `change` was given. */
export type FeedSink = (change: number, sessions: ReadonlyArray<Session>, synced: boolean) => void

interface Watcher {
  readonly sink: FeedSink
  change: number
  /** Highest change that passed while the watcher was not live yet. */
  passed: number
  live: boolean
  stopped: boolean
}

/** All watchers of the list of sessions. */
export class ChangeFeed {
  readonly #store: Store["Service"]
  readonly #fork: Fork
  readonly #watchers = new Set<Watcher>()
  readonly #changed = new Map<string, () => Session>()
  #ticking = false

  constructor(store: Store["Service"], fork: Fork) {
    this.#store = store
    this.#fork = fork
  }

  /** A session's stored record changed; `record` gives it when the tick ends. */
  push(id: string, record: () => Session): void {
    if (this.#watchers.size === 0) return
    this.#changed.set(id, record)
    if (this.#ticking) return
    this.#ticking = true
    setImmediate(this.#tick)
  }

  /** Adds a watcher that has everything up to `change`. Nothing is sent before `start`. */
  watch(change: number, sink: FeedSink): { readonly start: () => void; readonly stop: () => void } {
    const watcher: Watcher = { sink, change, passed: 0, live: false, stopped: false }
    return {
      start: () => {
        this.#watchers.add(watcher)
        this.#page(watcher)
      },
      stop: () => {
        watcher.stopped = true
        this.#watchers.delete(watcher)
      },
    }
  }

  readonly #tick = (): void => {
    this.#ticking = false
    const sessions = [...this.#changed.values()].map((record) => record()).sort((a, b) => a.change - b.change)
    this.#changed.clear()
    const change = sessions.at(-1)?.change
    if (change === undefined) return
    for (const watcher of this.#watchers) {
      if (!watcher.live) {
        watcher.passed = change
        continue
      }
      const fresh = sessions.filter((session) => session.change > watcher.change)
      if (fresh.length === 0) continue
      watcher.change = Math.max(watcher.change, change)
      watcher.sink(watcher.change, fresh, true)
    }
  }

  /** Serves a watcher from the store until it has everything, then lets it go live. */
  #page(watcher: Watcher): void {
    this.#fork(this.#store.changes(watcher.change, PAGE), (exit) => {
      if (watcher.stopped) return
      if (Exit.isFailure(exit)) {
        setTimeout(() => (watcher.stopped ? undefined : this.#page(watcher)), 1000)
        return
      }
      const { sessions, change, head } = exit.value
      const done = change === head && head >= watcher.passed
      if (sessions.length > 0) watcher.change = change
      if (done) {
        watcher.change = Math.max(watcher.change, head)
        watcher.live = true
      }
      if (sessions.length > 0 || done) watcher.sink(watcher.change, sessions, done)
      if (!done) setImmediate(() => this.#page(watcher))
    })
  }
}
