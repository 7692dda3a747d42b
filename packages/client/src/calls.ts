/**
 * Commands under way: RPC requests and their answers, as JSON text in the encoding of `effect/rpc`'s `RpcMessage`.
 *
 * Answers are handed on inside the call that delivers the socket's message, so that the frames that follow an answer
 * always find it handled (docs/protocol/rules.md, W-3).
 */
import type { Commands } from "@holdfast/protocol/rpc"
import { decodeError, HoldfastError, invalidCall } from "./errors.ts"

/** Name of a command of the stream socket. */
export type CommandName = keyof Commands

/** What a command takes. */
export type CommandPayload<T extends CommandName> = Commands[T]["payload"]

/** What a command answers with. */
export type CommandAnswer<T extends CommandName> = Commands[T]["answer"]

/** How a command ended. */
export type Exit<A> = { readonly ok: true; readonly value: A } | { readonly ok: false; readonly error: HoldfastError }

/** Commands that may be unanswered at once; one more is refused with `Busy`. */
export const MAX_OUTSTANDING_CALLS = 1000

/** Characters of commands that go together: in UTF-8 fewer bytes than the smallest `socketMaxFrame`. */
const TOGETHER_MOST = 16 * 1024

type Pending = (exit: Exit<unknown>) => void

/** The commands under way on one connection. */
export class Calls {
  readonly #pending = new Map<string, Pending>()
  readonly #send: (text: string) => void
  #next = 1
  #gathered: Array<string> = []
  #length = 0

  constructor(send: (text: string) => void) {
    this.#send = send
  }

  /** Sends a command, with the others of this turn; `done` is called once, with the answer or the error. */
  start<T extends CommandName>(tag: T, payload: CommandPayload<T>, done: (exit: Exit<CommandAnswer<T>>) => void): void {
    if (this.#pending.size >= MAX_OUTSTANDING_CALLS) {
      done({
        ok: false,
        error: new HoldfastError("Busy", "too many commands are unanswered; wait for some answers", { retryAfter: 1 }),
      })
      return
    }
    const id = String(this.#next++)
    let text
    try {
      text = JSON.stringify({ _tag: "Request", id, tag, payload: payload ?? null, headers: [] })
    } catch (cause) {
      return done({ ok: false, error: invalidCall(cause) })
    }
    this.#pending.set(id, done as Pending)
    if (this.#length + text.length > TOGETHER_MOST) this.flush()
    if (this.#gathered.length === 0) queueMicrotask(() => this.flush())
    this.#gathered.push(text)
    this.#length += text.length
  }

  /** Sends what was gathered: whatever else is sent must not overtake it. */
  flush(): void {
    const gathered = this.#gathered
    if (gathered.length === 0) return
    this.#gathered = []
    this.#length = 0
    this.#send(gathered.length === 1 ? String(gathered[0]) : `[${gathered.join(",")}]`)
  }

  /** Takes a text message of the hub. Throws `HoldfastError` with tag `ProtocolBroken` when it is not understood. */
  receive(text: string): void {
    const parsed = parse(text)
    for (const message of Array.isArray(parsed) ? parsed : [parsed]) this.#one(message)
  }

  /** Ends every command under way with `error`; whether the hub carried it out is not known. */
  fail(error: HoldfastError): void {
    const pending = [...this.#pending.values()]
    this.#pending.clear()
    this.#gathered = []
    this.#length = 0
    for (const done of pending) done({ ok: false, error })
  }

  #one(message: unknown): void {
    const fields: Readonly<Record<string, unknown>> = typeof message === "object" && message !== null ? { ...message } : {}
    if (fields["_tag"] === "Defect") throw decodeError(fields["defect"], "ProtocolBroken")
    if (fields["_tag"] !== "Exit") return
    const id = String(fields["requestId"])
    const done = this.#pending.get(id)
    if (done === undefined) return
    this.#pending.delete(id)
    done(decodeExit(fields["exit"]))
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new HoldfastError("ProtocolBroken", "the hub sent text that is not JSON")
  }
}

function decodeExit(value: unknown): Exit<unknown> {
  const exit: Readonly<Record<string, unknown>> = typeof value === "object" && value !== null ? { ...value } : {}
  if (exit["_tag"] === "Success") return { ok: true, value: exit["value"] }
  const causes: ReadonlyArray<unknown> = Array.isArray(exit["cause"]) ? exit["cause"] : []
  const reason: Readonly<Record<string, unknown>> = typeof causes[0] === "object" && causes[0] !== null ? { ...causes[0] } : {}
  if (reason["_tag"] === "Fail") return { ok: false, error: decodeError(reason["error"], "InternalError") }
  if (reason["_tag"] === "Die") return { ok: false, error: decodeError(reason["defect"], "InternalError") }
  return { ok: false, error: new HoldfastError("Unavailable", "the hub abandoned the command; try again") }
}
