/**
 * What makes something new and is asked for by a click: it has one key until it is there or was refused, so that an answer that was
 * lost with the connection, and a second click, come to the same (docs/protocol/app-rules.md, APP-78).
 */
import { type Connection, HoldfastError } from "@holdfast/client"

interface Asked {
  readonly key: string
  /** Absent once it is not known what became of it. */
  answer?: Promise<unknown>
}

/** Milliseconds that it is waited for the connection, before the person is told. */
const WAIT = 60_000

/** What was asked for and is not answered yet, by a name of what it makes. */
export class AskedOnce {
  readonly #asked = new Map<string, Asked>()

  /**
   * Asks with a key, over a connection that is lost again. Gives `undefined` to who asks while the same is under way. Rejects with what
   * the hub says, or with `ConnectionLost` when it does not come back; then the next one asks with the same key.
   */
  async ask<A>(connection: Pick<Connection, "online">, name: string, call: (key: string) => Promise<A>): Promise<A | undefined> {
    const asked: Asked = this.#asked.get(name) ?? { key: crypto.randomUUID() }
    if (asked.answer !== undefined) return void (await asked.answer)
    this.#asked.set(name, asked)
    try {
      const answer = answered(connection, () => call(asked.key))
      asked.answer = answer
      const made = await answer
      this.#asked.delete(name)
      return made
    } catch (cause) {
      delete asked.answer
      if (!isLost(cause)) this.#asked.delete(name)
      throw cause
    }
  }
}

async function answered<A>(connection: Pick<Connection, "online">, call: () => Promise<A>): Promise<A> {
  for (;;) {
    try {
      return await call()
    } catch (cause) {
      if (!isLost(cause)) throw cause
      await connection.online(WAIT).catch(() => Promise.reject(cause))
    }
  }
}

/** Whether it is not known what became of it. */
const isLost = (cause: unknown): boolean => cause instanceof HoldfastError && cause.tag === "ConnectionLost"
