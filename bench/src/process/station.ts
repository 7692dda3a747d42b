/**
 * A station: a program of the bench in a process of its own, called over its IPC channel.
 *
 * The program calls `answer` with its handlers; whoever started it calls them by name. A station ends when its
 * channel closes, so that none is left behind when the bench is killed.
 */
import { fileURLToPath } from "node:url"
import { endProcess, startProcess } from "./children.ts"
import type { Held } from "./held.ts"

/** Arguments or answer of a call. */
export type Fields = Readonly<Record<string, number | string>>

interface Call {
  readonly id: number
  readonly name: string
  readonly fields: Fields
}
interface Reply {
  readonly id: number
  readonly fields?: Fields
  readonly error?: string
}

/** A running station. */
export interface Station {
  readonly pid: number
  /** Calls a handler. Rejects with the handler's message, or when the station ended. */
  readonly call: (name: string, fields?: Fields) => Promise<Fields>
  readonly end: () => Promise<void>
}

/** The number a station answered with under `name`. Throws when there is none. */
export function figure(fields: Fields, name: string): number {
  const value = fields[name]
  if (typeof value !== "number") throw new Error(`the station did not answer with ${name}`)
  return value
}

/** What a station holds after its garbage collector ran. */
export async function collectStation(station: Station): Promise<Held> {
  const fields = await station.call("collect")
  return { rss: figure(fields, "rss"), heap: figure(fields, "heap") }
}

/** Starts the program at `url` under this Node, with its garbage collector callable. */
export function startStation(url: URL, execArgv: ReadonlyArray<string> = []): Station {
  const child = startProcess(process.execPath, ["--expose-gc", ...execArgv, fileURLToPath(url)], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  })
  const waiting = new Map<number, { readonly done: (fields: Fields) => void; readonly fail: (error: Error) => void }>()
  let next = 0
  child.on("message", (message) => {
    const reply = message as Reply
    const call = waiting.get(reply.id)
    waiting.delete(reply.id)
    if (reply.error === undefined) call?.done(reply.fields ?? {})
    else call?.fail(new Error(reply.error))
  })
  child.on("exit", (code, signal) => {
    for (const call of waiting.values()) call.fail(new Error(`${url.pathname} ended with ${signal ?? code}`))
    waiting.clear()
  })
  return {
    pid: child.pid ?? 0,
    call: (name, fields = {}) =>
      new Promise((done, fail) => {
        const id = next++
        waiting.set(id, { done, fail })
        const call: Call = { id, name, fields }
        child.send(call, (error) => {
          if (error !== null) fail(error)
        })
      }),
    end: () => endProcess(child),
  }
}

/** Inside a station: answers calls until the channel closes. `collect` is always there: it runs the garbage collector. */
export function answer(handlers: Readonly<Record<string, (fields: Fields) => Fields | Promise<Fields>>>): void {
  const reply = (message: Reply): void => {
    process.send?.(message)
  }
  process.on("disconnect", () => process.exit(0))
  process.on("message", (message) => {
    const { id, name, fields } = message as Call
    const handler = name === "collect" ? collect : handlers[name]
    Promise.resolve()
      .then(() => {
        if (handler === undefined) throw new Error(`no handler ${name}`)
        return handler(fields)
      })
      .then(
        (result) => reply({ id, fields: result }),
        (error: unknown) => reply({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
      )
  })
}

function collect(): Fields {
  globalThis.gc?.()
  globalThis.gc?.()
  const { rss, heapUsed, external } = process.memoryUsage()
  return { rss, heap: heapUsed + external }
}
