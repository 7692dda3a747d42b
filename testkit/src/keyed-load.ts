/**
 * Writers that append keyed marks, continue through every fault, and know exactly what was acknowledged.
 */
import { setTimeout as pause } from "node:timers/promises"
import type { HubProcess } from "./hub-process.ts"
import { wholeLog } from "./logs.ts"

/** A load that is under way. */
export interface KeyedLoad {
  /** Acknowledged marks so far. */
  readonly acknowledged: () => number
  /** Stops after each writer's current mark was acknowledged. */
  readonly finish: () => Promise<void>
  /** Checks the invariants: dense logs, every acknowledged key once, at its acknowledged seq. Throws a sentence. */
  readonly verify: () => Promise<{ readonly events: number }>
}

interface Ack {
  readonly session: string
  readonly text: string
  readonly seq: number
}

/** Answers after which the same key is sent again. */
const retried = (status: number): boolean => status === 429 || status === 503 || status === 507

/** Starts `writers` writers on each of the sessions. */
export function startKeyedLoad(hub: HubProcess, sessions: ReadonlyArray<string>, writers: number): KeyedLoad {
  const acks: Array<Ack> = []
  let stopping = false

  const append = async (session: string, key: string, text: string): Promise<number> => {
    const deadline = performance.now() + 60_000
    for (;;) {
      try {
        const { status, body } = await hub.call<{ seq: number }>("POST", `/api/sessions/${session}/marks`, { key, text })
        if (status === 200 || status === 201) return body.seq
        if (!retried(status)) throw new Error(`mark ${key}: ${status} ${JSON.stringify(body)}`)
      } catch (error) {
        if (!(error instanceof TypeError || (error as Error).name === "TimeoutError" || error instanceof SyntaxError)) throw error
      }
      if (performance.now() > deadline) throw new Error(`mark ${key} was not acknowledged within 60 s`)
      await pause(20)
    }
  }

  const write = async (session: string, writer: number): Promise<void> => {
    for (let n = 1; !stopping; n++) {
      const text = `${session.slice(-6)}/${writer}/${n}`
      acks.push({ session, text, seq: await append(session, `w${writer}-${n}`, text) })
    }
  }

  const running = Promise.all(
    sessions.flatMap((session) => Array.from({ length: writers }, (_, writer) => write(session, writer))),
  )
  // The failure is thrown by `finish`; without this a failing writer would end the test process before it.
  running.catch(() => {
    stopping = true
  })

  return {
    acknowledged: () => acks.length,
    finish: async () => {
      stopping = true
      await running
    },
    verify: async () => {
      let events = 0
      for (const session of sessions) {
        const log = await wholeLog(hub, session)
        events += log.length
        const seqs = new Map<string, number>()
        for (const event of log) {
          if (event.type !== "marked") continue
          const { text } = event.data as { readonly text: string }
          if (seqs.has(text)) throw new Error(`${text} is in the log twice, at ${seqs.get(text)} and ${event.seq}`)
          seqs.set(text, event.seq)
        }
        for (const ack of acks) {
          if (ack.session === session && seqs.get(ack.text) !== ack.seq) {
            throw new Error(`${ack.text} was acknowledged at ${ack.seq}, and the log has it at ${seqs.get(ack.text)}`)
          }
        }
      }
      return { events }
    },
  }
}
