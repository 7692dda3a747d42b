/** A runner whose terminals do exactly what a test says, for what a real child cannot be made to do. */
import { createHash } from "node:crypto"
import { type RunnerConnection, RunnerGone, type RunnerEvents, type StartTerminal } from "@holdfast/link/RunnerConnection"
import type { CheckpointReply, JournalNote, RunnerFailure } from "@holdfast/link/messages"
import { PlayedChild, PlayedRunner } from "./PlayedRunner.ts"

const PID = 4242

/** A terminal's child. */
export class ScriptedChild extends PlayedChild<StartTerminal> {
  readonly inputs: Array<string> = []
  readonly sizes: Array<string> = []
  /** Highest number carried out per client, as a runner remembers it. */
  readonly carriedOut = new Map<string, number>()
  /** Keys carried out, with the hashes of their inputs. */
  readonly keyed = new Map<string, string>()
  /** What a checkpoint answers; by default everything printed so far. */
  checkpoint = (): Promise<CheckpointReply> =>
    Promise.resolve({ position: this.journal.length, cols: 80, rows: 24, screen: this.printed(this.journal.length) })

  /** All output up to a position. */
  printed(position: number): string {
    return Buffer.concat(this.journal.slice(0, position).flatMap((entry) => ("bytes" in entry ? [entry.bytes] : []))).toString()
  }
}

/** One scripted runner. */
export class ScriptedRunner extends PlayedRunner<ScriptedChild> {
  /** Takes starts without carrying them out or answering, when set. */
  swallow = false
  autoStarted = true
  settleInput = true
  /** What inputs without a key are refused with, when set. */
  inputRefusal: RunnerFailure | undefined
  /** Ends a child only when the test notes its exit. */
  slowEnd = false
  protected readonly told = { kind: "terminal", pid: PID } as const
  readonly #swallowed: Array<(error: Error) => void> = []

  /** Lets the last child print. */
  print(text: string | Uint8Array, child = this.child): void {
    this.add(child, { bytes: typeof text === "string" ? Buffer.from(text) : text })
  }

  /** Lets something happen to the last child. */
  note(note: JournalNote, child = this.child): void {
    if (note.type === "exit") child.ended = true
    this.add(child, { note })
  }

  override cut(): void {
    for (const reject of this.#swallowed.splice(0)) reject(new RunnerGone("cut by the test"))
    super.cut()
  }

  /** Dies with all its children. */
  die(): void {
    this.state = "dead"
    this.cut()
  }

  /** Tells of an input with a key that the last child was given while `settleInput` was off. */
  tell(key: string): void {
    this.note({ type: "input", key, hash: this.child.keyed.get(key) ?? "" })
  }

  #keyed(child: ScriptedChild, key: string, bytes: Uint8Array): void {
    if (child.keyed.has(key)) return
    child.keyed.set(key, createHash("sha256").update(bytes).digest("base64url"))
    child.inputs.push(Buffer.from(bytes).toString())
    if (this.settleInput) setImmediate(() => this.tell(key))
  }

  protected answers(events: RunnerEvents, gone: () => boolean): Partial<RunnerConnection> {
    return {
      start: (request) => {
        if (gone()) return Promise.reject(new RunnerGone("gone"))
        if (this.swallow) return new Promise((_, reject) => this.#swallowed.push(reject))
        const make = (number: number): ScriptedChild => new ScriptedChild(number, request)
        const { cols, rows } = request.terminal
        return this.begun(request.id, make, (child) => {
          if (this.autoStarted) this.note({ type: "started", pid: PID, cols, rows }, child)
        })
      },
      input: (number, client, seq, bytes) => {
        if (gone()) return
        const child = this.of(number)
        if (seq === 0) return this.#keyed(child, client, bytes)
        const { inputRefusal } = this
        if (inputRefusal !== undefined) return void setImmediate(() => events.input(number, client, seq, inputRefusal))
        if (seq > (child.carriedOut.get(client) ?? 0)) {
          child.carriedOut.set(client, seq)
          child.inputs.push(Buffer.from(bytes).toString())
        }
        if (this.settleInput) setImmediate(() => (gone() ? undefined : events.input(number, client, seq, undefined)))
      },
      colors: () => {},
      resize: (number, cols, rows) => {
        if (gone()) return
        this.of(number).sizes.push(`${cols}x${rows}`)
        this.note({ type: "resize", cols, rows }, this.of(number))
      },
      signal: () => Promise.resolve(),
      end: (number) => {
        const child = this.of(number)
        if (this.slowEnd) return new Promise(() => {})
        if (!child.ended) this.note({ type: "exit", code: 129, signal: "SIGHUP" }, child)
        return Promise.resolve()
      },
      checkpoint: (number) => this.of(number).checkpoint(),
    }
  }
}
