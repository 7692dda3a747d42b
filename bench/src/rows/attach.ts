/**
 * A terminal from the outside, beside tmux: how long until an attached viewer sees the screen, and until Ctrl-C ends
 * a flood of output.
 */
import { setTimeout as pause } from "node:timers/promises"
import { until } from "../load/until.ts"
import { createSession, openHub, terminal } from "../ours/hub.ts"
import { connectWire } from "../ours/wire.ts"
import { openTmux } from "../peer/tmux.ts"
import { timed } from "../load/pump.ts"
import { value, type Contestant, type Row } from "../row.ts"
import { quantile } from "../statistics.ts"

const GREETING = "hello-from-the-terminal"
const STOPPED = "STOPPED-BY-HAND"
const FLOOD = `trap : INT; yes; echo STOPPED-BY-''HAND; exec sleep 1000`
/** How long the flood runs before it is stopped. */
const flooding = 1000

const oursAttach: Contestant = {
  name: "holdfast",
  open: async (place) => {
    const hub = await openHub(place)
    const session = await createSession(hub, terminal("/bin/sh", ["-c", `echo ${GREETING}; exec sleep 1000`]))
    await pause(500)
    return {
      measure: async () => {
        const times = await timed(place.size(50, 10), async () => {
          let text = ""
          const shown = until("the screen is shown", 10_000, () => text.includes(GREETING))
          const wire = await connectWire(hub)
          const stream = await wire.attach(session, { mode: "interactive" })
          if (stream.snapshot) text = GREETING
          stream.received = (bytes) => {
            text += bytes.toString("latin1")
            shown.check()
          }
          shown.check()
          await shown.reached
          await wire.close()
        })
        return { p50: quantile(times, 0.5) }
      },
      close: hub.end,
    }
  },
}

const tmuxAttach: Contestant = {
  name: "tmux",
  open: async (place) => {
    const server = await openTmux(place.directory)
    await server.run(`echo ${GREETING}; exec sleep 1000`)
    await pause(500)
    return {
      measure: async () => {
        const times = await timed(place.size(50, 10), async () => {
          let text = ""
          const shown = until("tmux shows the screen", 10_000, () => text.includes(GREETING))
          const client = server.attach((bytes) => {
            text += bytes.toString("latin1")
            shown.check()
          })
          await shown.reached
          process.kill(client.pid, "SIGTERM")
        })
        return { p50: quantile(times, 0.5) }
      },
      close: server.end,
    }
  },
}

/** From nothing to the screen of a running terminal. tmux's time holds the start of its client process, ours that of a connection. */
export const ATTACH: Row = {
  id: "attach",
  title: "attach to a terminal until its screen is there",
  figures: [{ id: "p50", title: "p50", unit: "ms", better: "less", goals: [value(30)] }],
  ours: oursAttach,
  peers: [tmuxAttach],
}

const oursInterrupt: Contestant = {
  name: "holdfast",
  open: async (place) => {
    const hub = await openHub(place)
    return {
      measure: async () => {
        const session = await createSession(hub, terminal("/bin/sh", ["-c", FLOOD]))
        const wire = await connectWire(hub)
        let tail = ""
        const stopped = until("yes was stopped", 30_000, () => tail.includes(STOPPED))
        const stream = await wire.attach(session, { after: 0, mode: "interactive" })
        stream.received = (bytes) => {
          tail = (tail + bytes.toString("latin1")).slice(-2 * STOPPED.length - bytes.length)
          stopped.check()
        }
        await pause(place.size(flooding * 3, flooding))
        const began = performance.now()
        wire.input(stream, 1, Buffer.from([3]))
        await stopped.reached
        const time = performance.now() - began
        await wire.close()
        await hub.process.call("DELETE", `/api/sessions/${session}`)
        return { time }
      },
      close: hub.end,
    }
  },
}

const tmuxInterrupt: Contestant = {
  name: "tmux",
  open: async (place) => {
    const server = await openTmux(place.directory)
    return {
      measure: async () => {
        await server.run(FLOOD)
        let tail = ""
        const stopped = until("yes was stopped in tmux", 30_000, () => tail.includes(STOPPED))
        const client = server.attach((bytes) => {
          tail = (tail + bytes.toString("latin1")).slice(-2 * STOPPED.length - bytes.length)
          stopped.check()
        })
        await pause(place.size(flooding * 3, flooding))
        const began = performance.now()
        client.write(Buffer.from([3]))
        await stopped.reached
        return { time: performance.now() - began }
      },
      close: server.end,
    }
  },
}

/** From the key to the line that the shell prints after `yes` ended, seen by the viewer. */
export const INTERRUPT: Row = {
  id: "interrupt",
  title: "Ctrl-C in `yes` until the viewer sees that it stopped",
  figures: [{ id: "time", title: "", unit: "ms", better: "less", goals: [value(100)] }],
  ours: oursInterrupt,
  peers: [tmuxInterrupt],
}
