/**
 * What a user of the command line waits for, on a warm server: the first prompt, and the list.
 */
import { execFile } from "node:child_process"
import { join } from "node:path"
import { promisify } from "node:util"
import { until } from "../load/until.ts"
import { MAIN, openHub } from "../ours/hub.ts"
import { seedStore } from "../ours/store.ts"
import { timed } from "../load/pump.ts"
import { makeAnswers } from "../pty/answering.ts"
import { bareTerminal } from "../pty/native.ts"
import { overLimit, value, type Row } from "../row.ts"
import { quantile } from "../statistics.ts"

const execute = promisify(execFile)

const PROMPT = "ready-for-you"
const SHELL = ["/bin/bash", "--norc", "--noprofile", "-i"]

/** Milliseconds from the start of a program on a new terminal until the prompt is on it. */
async function firstPrompt(program: string, args: ReadonlyArray<string>, extra: NodeJS.ProcessEnv): Promise<number> {
  let text = ""
  const answers = makeAnswers()
  const shown = until("the first prompt", 20_000, () => text.includes(PROMPT))
  const began = performance.now()
  const client = bareTerminal(
    program,
    args,
    (bytes) => {
      text += bytes.toString("latin1")
      const due = answers(text)
      if (due !== "") client.write(Buffer.from(due, "latin1"))
      shown.check()
    },
    extra,
  )
  try {
    await shown.reached
    return performance.now() - began
  } catch (error) {
    throw new Error(`no prompt; the terminal shows ${JSON.stringify(text.slice(-500))}`, { cause: error })
  } finally {
    process.kill(client.pid, "SIGKILL")
    await client.ended
  }
}

/** The first prompt over `holdfast new terminal --attach`, beside the shell alone. */
export const FIRST_PROMPT: Row = {
  id: "first-prompt",
  title: "first prompt over `new terminal --attach`, warm server",
  figures: [{ id: "p50", title: "p50", unit: "ms", better: "less", goals: [overLimit(150)] }],
  ours: {
    name: "holdfast",
    open: async (place) => {
      const hub = await openHub(place)
      return {
        measure: async () => {
          const times: Array<number> = []
          for (let at = 0; at < place.size(20, 4); at++) {
            const args = [MAIN, "new", "terminal", "--attach", "--env", `PS1=${PROMPT}$ `, "--", ...SHELL]
            times.push(await firstPrompt(process.execPath, args, hub.process.environment()))
          }
          return { p50: quantile(times, 0.5) }
        },
        close: hub.end,
      }
    },
  },
  limit: {
    name: "the shell itself",
    open: async (place) => ({
      measure: async () => {
        const times: Array<number> = []
        const [program = "/bin/bash", ...args] = SHELL
        for (let at = 0; at < place.size(20, 4); at++) times.push(await firstPrompt(program, args, { PS1: `${PROMPT}$ ` }))
        return { p50: quantile(times, 0.5) }
      },
      close: async () => {},
    }),
  },
  peers: [],
}

/** `holdfast ls` with 1,000 sessions, as a whole process. */
export const LS: Row = {
  id: "ls",
  title: "`holdfast ls` with 1,000 sessions, wall time",
  figures: [{ id: "p50", title: "p50", unit: "ms", better: "less", goals: [value(300)] }],
  ours: {
    name: "holdfast",
    open: async (place) => {
      const store = join(place.directory, "store")
      await seedStore(store, { sessions: 1000, events: 0 })
      const hub = await openHub(place, { HOLDFAST_STORE: `sqlite:${join(store, "holdfast.sqlite")}` })
      return {
        measure: async () => {
          const times = await timed(place.size(15, 4), async () => {
            await execute(process.execPath, [MAIN, "ls"], { env: hub.process.environment(), timeout: 20_000, maxBuffer: 16e6 })
          })
          return { p50: quantile(times, 0.5) }
        },
        close: hub.end,
      }
    },
  },
  limit: {
    name: "node -e 0",
    open: async (place) => ({
      measure: async () => ({
        p50: quantile(
          await timed(place.size(15, 4), async () => {
            await execute(process.execPath, ["-e", "0"])
          }),
          0.5,
        ),
      }),
      close: async () => {},
    }),
  },
  peers: [],
}
