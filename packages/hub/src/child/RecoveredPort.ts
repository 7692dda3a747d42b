/**
 * A dead runner's child as if it were still there: what its journal kept goes through the same path as live output,
 * then the child is written off (docs/protocol/rules.md, R-16, R-18).
 */
import { decide } from "@holdfast/core/decide"
import type { LostReason } from "@holdfast/protocol/terminal-spec"
import type { RecoveredChild } from "@holdfast/link/found-runner"
import type { ChildPart } from "./ChildPart.ts"
import type { ChildConnection, RunnerPort } from "./RunnerPort.ts"

const gone = (): Promise<never> => Promise.reject(new Error("the runner of this child has died"))

/** Takes what a dead runner's journal holds of a session's child, appends it and `terminal/lost`; `done` is called once. */
export function recoverChild(
  part: ChildPart,
  generation: string,
  childId: string,
  recovered: RecoveredChild | undefined,
  done: () => void,
): void {
  const { session } = part
  let turn = 0
  const credit = { bytes: 0, limit: 0, wake: (): void => {} }
  const sizes: Array<{ readonly position: number; readonly bytes: number }> = []

  const writeOff = (started: boolean): void => {
    const damaged = recovered?.damaged ?? false
    const reason: LostReason = !started ? "start-unconfirmed" : damaged ? "journal-damaged" : "runner-died"
    session.submit({
      decide: (state) => decide(state, part.lost(state, reason, MESSAGES[reason])),
      done: (result) => {
        if (result._tag === "Done") return port.finished()
        // After a failed append the session is claimed again and the journal followed again; a full queue empties by itself.
        if (session.loop === "open") setTimeout(() => writeOff(started), 100)
      },
    })
  }

  const replay = async (mine: number, after: number): Promise<void> => {
    for await (const entry of recovered?.entries(after) ?? []) {
      if (mine !== turn) return
      const bytes = "bytes" in entry ? entry.bytes.length : 0
      credit.bytes += bytes
      sizes.push({ position: entry.position, bytes })
      part.entry(entry)
      if (credit.bytes > credit.limit) await new Promise<void>((resolve) => (credit.wake = resolve))
    }
    if (mine !== turn) return
    // A screen that is being kept holds back what is after it; that is looked at again when it is there.
    if (part.follower?.complete() !== true) {
      setTimeout(() => (mine === turn ? replayFrom(Number.MAX_SAFE_INTEGER) : undefined), 50)
      return
    }
    writeOff(session.state.process === "running" || recovered !== undefined)
  }

  const replayFrom = (after: number): void => {
    const mine = turn
    replay(mine, after).catch((cause: unknown) => {
      session.context.report("a dead runner's journal cannot be read", { session: session.id, cause: String(cause) })
      if (mine === turn) writeOff(true)
    })
  }

  const connection: ChildConnection = {
    follow: (_child, after, limit) => {
      turn++
      credit.bytes = 0
      credit.limit = limit
      sizes.length = 0
      credit.wake()
      replayFrom(after)
    },
    ack: (_child, position) => {
      while (sizes.length > 0 && (sizes[0]?.position ?? 0) <= position) credit.bytes -= sizes.shift()?.bytes ?? 0
      if (credit.bytes <= credit.limit) credit.wake()
    },
    input: () => {},
    resize: () => {},
    colors: () => {},
    signal: gone,
    end: gone,
    screen: gone,
    checkpoint: gone,
    commandAgent: gone,
  }
  let finished = false
  const port: RunnerPort = {
    connection,
    child: 0,
    generation,
    finished: () => {
      if (finished) return
      finished = true
      turn++
      part.finished()
      done()
    },
  }
  part.connect(port, childId)
}

const MESSAGES: Readonly<Record<LostReason, string>> = {
  "runner-died":
    "the runner that had this process died, and the process with it; everything it had printed until shortly before is kept",
  "start-unconfirmed": "the runner died while it was starting this process; whether it ran is unknown",
  "journal-damaged": "the runner died and part of what it kept of this process is damaged; everything before that is kept",
}

/** Writes off a child that its living runner does not know any more. */
export function writeOffUnknown(part: ChildPart): void {
  const message = "the runner no longer knows this process"
  part.whenLost(() =>
    part.session.submit({ decide: (state) => decide(state, part.lost(state, "runner-died", message)), done: () => {} }),
  )
}
