/** An outbox in memory for tests: what is put into it stays until the test says what the hub answered. */
import type { CreateSession } from "@holdfast/protocol/session"
import { makeClientId } from "../client-id.ts"
import { HoldfastError } from "../errors.ts"
import type { OutboxCommand, OutboxEntry, OutboxHow, OutboxPort, OutboxState } from "./outbox-port.ts"

interface Waiting {
  readonly resolve: (answer: unknown) => void
  readonly reject: (error: HoldfastError) => void
}

/** The box. */
export class MemoryOutbox implements OutboxPort {
  readonly #items = new Map<string, OutboxCommand>()
  readonly #waiting = new Map<string, Waiting>()
  readonly #listeners = new Set<() => void>()

  get state(): OutboxState {
    const items = [...this.#items.values()]
    const counts = { pending: 0, processing: 0, failed: 0, completed: 0 }
    for (const { status } of items) counts[status] += 1
    return { items, counts, isDurable: false }
  }

  listen(f: () => void): () => void {
    this.#listeners.add(f)
    return () => this.#listeners.delete(f)
  }

  add(operation: string, input: object, { key }: OutboxHow = {}): OutboxEntry {
    const id = key ?? makeClientId()
    const session = "session" in input ? String(input.session) : `new:${id}`
    const done = new Promise<unknown>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
    })
    // Who does not wait for the end reads it in the state.
    done.catch(() => undefined)
    this.#set({ id, operation, session, status: "pending" })
    return { id, stored: Promise.resolve(), done }
  }

  create(request: CreateSession, how?: OutboxHow): OutboxEntry & { readonly session: string } {
    const entry = this.add("sessions.create", request, how)
    return { ...entry, session: `new:${entry.id}` }
  }

  retry(id?: string): Promise<number> {
    const failed = this.#failed(id)
    for (const { error: _, ...item } of failed) this.#set({ ...item, status: "pending" })
    return Promise.resolve(failed.length)
  }

  clear(id?: string): Promise<number> {
    const failed = this.#failed(id)
    for (const item of failed) this.#items.delete(item.id)
    this.#tell()
    return Promise.resolve(failed.length)
  }

  cancel(id: string): Promise<"cancelled" | "settled"> {
    if (this.#items.get(id)?.status !== "pending") return Promise.resolve("settled")
    this.#items.delete(id)
    this.#settle(id, ({ reject }) => reject(new HoldfastError("Cancelled", "the command was taken back")))
    this.#tell()
    return Promise.resolve("cancelled")
  }

  wake(): void {
    this.#tell()
  }

  close(): void {
    for (const id of [...this.#waiting.keys()])
      this.#settle(id, ({ reject }) => reject(new HoldfastError("Closed", "the outbox was closed")))
  }

  /** The hub has carried a command out. */
  complete = (id: string, answer: unknown): void => {
    const item = this.#items.get(id)
    if (item === undefined) return
    this.#set({ ...item, status: "completed", answer })
    this.#settle(id, ({ resolve }) => resolve(answer))
  }

  /** The hub refuses a command. */
  refuse = (id: string, tag: string, message: string): void => {
    const item = this.#items.get(id)
    if (item === undefined) return
    this.#set({ ...item, status: "failed", error: { tag, message } })
    this.#settle(id, ({ reject }) => reject(new HoldfastError(tag, message)))
  }

  #failed(id: string | undefined): ReadonlyArray<OutboxCommand> {
    return [...this.#items.values()].filter((item) => item.status === "failed" && (id === undefined || item.id === id))
  }

  #set(item: OutboxCommand): void {
    this.#items.set(item.id, item)
    this.#tell()
  }

  #settle(id: string, f: (waiting: Waiting) => void): void {
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    if (waiting !== undefined) f(waiting)
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener()
  }
}
