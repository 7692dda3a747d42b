/**
 * The suite that every adapter passes: `adapter.ts` in executable form.
 *
 * An adapter says how to make children that behave in stated ways; the suite knows nothing else of it.
 */
import { afterEach, describe, expect, it } from "vitest"
import { AdapterRefused, type Adapter, type AdapterHandle, type AdapterSink, type ChildExit } from "../adapter.ts"
import { processEntry } from "../process/processes.ts"
import type { JournalNote } from "@holdfast/link/messages"

/** Children an adapter can be asked for; `undefined` where its kind has no such thing. */
export interface ContractChildren<Spec> {
  /** Prints much (some MB), then ends with `code`. */
  readonly printsAndExits: (code: number) => Spec
  /** Shows `ready`, then gives back what it is given, once. */
  readonly echoes: () => Spec
  /** Runs until it is ended, ignoring SIGHUP and SIGTERM, with a descendant that does the same; shows both pids as `pid N`, then `ready`. */
  readonly holdsOut: () => Spec | undefined
  /** Ends by a signal of this name. */
  readonly killedBy: (signal: string) => Spec | undefined
  /** Cannot be started. */
  readonly impossible: () => ReadonlyArray<{ readonly spec: Spec; readonly tag: string }>
  /** What to write so that `echoes` shows `text`. */
  readonly input: (text: string) => Uint8Array
  /** Text in the output, whatever form output has. */
  readonly text: (outputs: ReadonlyArray<Uint8Array | JournalNote>) => string
}

interface Recorded {
  readonly handle: AdapterHandle
  readonly outputs: Array<Uint8Array | JournalNote>
  readonly exit: Promise<ChildExit>
  /** Calls of the sink after the exit. */
  readonly late: () => number
  readonly shows: (text: string) => Promise<void>
}

const alive = (pid: number): boolean => {
  if (process.platform === "linux") return processEntry(pid)?.zombie === false
  try {
    return process.kill(pid, 0)
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ESRCH") return false
    throw error
  }
}

/** Runs the suite for one adapter. */
export function adapterContract<Spec>(name: string, adapter: Adapter<Spec>, children: ContractChildren<Spec>): void {
  const running = new Set<AdapterHandle>()

  const start = (spec: Spec): Recorded => {
    const outputs: Array<Uint8Array | JournalNote> = []
    const waiting = new Set<() => void>()
    const exit = Promise.withResolvers<ChildExit>()
    let ended = false
    let late = 0
    const output = (one: Uint8Array | JournalNote): void => {
      if (ended) late += 1
      outputs.push(one)
      for (const look of waiting) look()
    }
    const sink: AdapterSink = {
      output: (bytes) => output(Uint8Array.from(bytes)),
      note: output,
      exit: (how) => {
        if (ended) late += 1
        ended = true
        exit.resolve(how)
      },
    }
    const handle = adapter.start(spec, sink)
    running.add(handle)
    void exit.promise.then(() => running.delete(handle))
    const shows = (text: string): Promise<void> =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!children.text(outputs).includes(text)) return
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
        look()
      })
    return { handle, outputs, exit: exit.promise, late: () => late, shows }
  }

  describe(`adapter contract: ${name}`, () => {
    afterEach(async () => {
      await Promise.all(Array.from(running, (handle) => handle.end(0)))
    })

    it("R-11 reports the exit once, with its code, after the last output", async () => {
      const child = start(children.printsAndExits(7))
      expect(await child.exit).toEqual({ code: 7 })
      const seen = child.outputs.length
      await new Promise((resolve) => setImmediate(resolve))
      expect(child.outputs).toHaveLength(seen)
      expect(child.late()).toBe(0)
    })

    it("loses nothing when it is paused and continued all the time", async () => {
      const whole = start(children.printsAndExits(0))
      await whole.exit
      const child = start(children.printsAndExits(0))
      const beat = setInterval(() => {
        child.handle.pause()
        setImmediate(() => child.handle.continue())
      }, 2)
      await child.exit
      clearInterval(beat)
      expect(children.text(child.outputs)).toBe(children.text(whole.outputs))
    })

    it("says nothing while it is paused", async () => {
      const child = start(children.echoes())
      await child.shows("ready")
      child.handle.write(children.input("before"), () => undefined)
      await child.shows("before")
      child.handle.pause()
      const written = Promise.withResolvers<void>()
      child.handle.write(children.input("meanwhile"), () => written.resolve())
      await written.promise
      // Nothing is to come for many times as long as an echo takes.
      await new Promise((resolve) => setTimeout(resolve, 50))
      expect(children.text(child.outputs)).not.toContain("meanwhile")
      child.handle.continue()
      await child.shows("meanwhile")
    })

    it("T-13 takes inputs in order and settles each once", async () => {
      const child = start(children.echoes())
      await child.shows("ready")
      const settled: Array<number> = []
      for (let number = 1; number <= 50; number++) {
        child.handle.write(children.input(`line ${number}.`), (failure) => {
          expect(failure).toBeUndefined()
          settled.push(number)
        })
      }
      await child.shows("line 50.")
      const shown = Array.from(children.text(child.outputs).matchAll(/line (\d+)\./g), ([, number]) => Number(number))
      expect(shown).toEqual(shown.toSorted((a, b) => a - b))
      expect(settled).toEqual(Array.from({ length: 50 }, (_, index) => index + 1))
    })

    it("R-12 ends what ignores the request, with all it started, once the grace is over", async () => {
      const spec = children.holdsOut()
      if (spec === undefined) return
      const child = start(spec)
      await child.shows("ready")
      const pids = Array.from(children.text(child.outputs).matchAll(/pid (\d+)/g), ([, pid]) => Number(pid))
      expect(pids.length).toBeGreaterThan(1)
      expect(pids.every(alive)).toBe(true)
      await child.handle.end(50)
      await child.exit
      expect(pids.filter(alive)).toEqual([])
    })

    it("names the signal that ended the child", async () => {
      const spec = children.killedBy("SIGKILL")
      if (spec === undefined) return
      expect(await start(spec).exit).toEqual({ code: 137, signal: "SIGKILL" })
    })

    it("settles input after the end as refused", async () => {
      const child = start(children.printsAndExits(0))
      await child.exit
      const failure = await new Promise((resolve) => child.handle.write(children.input("late"), resolve))
      expect(failure).toMatchObject({ tag: "SessionNotReady" })
      await child.handle.end(0)
    })

    it("T-1 refuses what cannot be started with a typed error, and runs nothing", () => {
      for (const { spec, tag } of children.impossible()) {
        const never = (): never => expect.unreachable("a refused child said something")
        const sink: AdapterSink = { output: never, note: never, exit: never }
        let refusal: unknown
        try {
          adapter.start(spec, sink)
        } catch (error) {
          refusal = error
        }
        expect(refusal).toBeInstanceOf(AdapterRefused)
        expect(refusal instanceof AdapterRefused && refusal.failure.tag).toBe(tag)
      }
    })
  })
}
