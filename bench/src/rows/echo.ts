/**
 * A key typed, its echo seen: through the socket, hub, runner, terminal and the store, one key at a time.
 */
import { setTimeout as pause } from "node:timers/promises"
import { timed } from "../load/pump.ts"
import { createSession, openHub, terminal } from "../ours/hub.ts"
import { connectWire } from "../ours/wire.ts"
import { openTmux } from "../peer/tmux.ts"
import { openChain } from "../pty/chain.ts"
import { within } from "../process/within.ts"
import { ofLimit, value, type Contestant, type Figures, type Place, type Row } from "../row.ts"
import { quantile } from "../statistics.ts"

/** Keys that no escape sequence of tmux's output holds. */
const KEYS = "#%&+=@"

/** A terminal that echoes: types one byte, resolves when its echo is seen. */
type Type = (byte: Buffer) => Promise<void>

/** Times keys, one after the other. */
async function measure(place: Place, type: Type): Promise<Figures> {
  const times = await timed(place.size(500, 100), async (number) => {
    await within(`the echo of key ${number}`, 10_000, type(Buffer.from(KEYS[number % KEYS.length] ?? "#")))
  })
  return { p50: quantile(times, 0.5), p99: quantile(times, 0.99) }
}

/** Turns output by callback into an echo to wait for. */
function echoes(): { readonly seen: () => void; readonly next: () => Promise<void> } {
  let waiting: PromiseWithResolvers<void> | undefined
  return {
    seen: () => {
      waiting?.resolve()
      waiting = undefined
    },
    next: () => {
      waiting = Promise.withResolvers<void>()
      return waiting.promise
    },
  }
}

const ours: Contestant = {
  name: "holdfast",
  open: async (place) => {
    const hub = await openHub(place)
    const session = await createSession(hub, terminal("/bin/cat", []))
    const wire = await connectWire(hub)
    const echo = echoes()
    const stream = await wire.attach(session, { after: 0, mode: "interactive" })
    let output = 0
    stream.changed = () => {
      if (stream.output > output) echo.seen()
      output = stream.output
    }
    let number = 0
    return {
      measure: async () => {
        await pause(200)
        return measure(place, (byte) => {
          const seen = echo.next()
          wire.input(stream, ++number, byte)
          return seen
        })
      },
      close: async () => {
        await wire.close()
        await hub.end()
      },
    }
  },
}

const chain: Contestant = {
  name: "bare chain",
  open: async (place) => {
    const opened = await openChain(place.directory)
    const echo = echoes()
    opened.onOutput(echo.seen)
    await opened.run("/bin/cat", [])
    return {
      measure: async () => {
        await pause(200)
        return measure(place, (byte) => {
          const seen = echo.next()
          opened.type(byte)
          return seen
        })
      },
      close: async () => {
        await opened.kill()
        await opened.end()
      },
    }
  },
}

const tmux: Contestant = {
  name: "tmux",
  open: async (place) => {
    const server = await openTmux(place.directory)
    await server.run("exec cat")
    const echo = echoes()
    let expected = ""
    const client = server.attach((bytes) => {
      if (expected !== "" && bytes.includes(expected)) echo.seen()
    })
    return {
      measure: async () => {
        await pause(300)
        return measure(place, (byte) => {
          const seen = echo.next()
          expected = byte.toString("latin1")
          client.write(byte)
          return seen
        })
      },
      close: server.end,
    }
  },
}

/** The row. */
export const ECHO: Row = {
  id: "echo",
  title: "keystroke echo through everything",
  figures: [
    { id: "p50", title: "p50", unit: "ms", better: "less", goals: [ofLimit(1.6, 1.2), value(2)] },
    { id: "p99", title: "p99", unit: "ms", better: "less", goals: [] },
  ],
  ours,
  limit: chain,
  peers: [tmux],
}
