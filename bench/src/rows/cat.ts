/**
 * `cat` of a large file to one client: durable, through runner and hub, and until the screen shows its end.
 */
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import { until } from "../load/until.ts"
import { createSession, openHub, terminal } from "../ours/hub.ts"
import { connectWire } from "../ours/wire.ts"
import { openTmux } from "../peer/tmux.ts"
import { figure, startStation } from "../process/station.ts"
import { writeBigFile } from "../pty/big-file.ts"
import { openChain } from "../pty/chain.ts"
import { ofLimit, ofPeer, value, type Contestant, type Figures, type Place, type Row } from "../row.ts"

const END = "END-OF-THE-FILE"
const PATIENCE = 180_000

const megabytes = (place: Place): number => place.size(100, 20)

const rate = (bytes: number, milliseconds: number): number => bytes / 1e3 / milliseconds

interface Screen {
  readonly text: string
}

const ours: Contestant = {
  name: "holdfast",
  open: async (place) => {
    const file = join(place.directory, "big")
    const bytes = writeBigFile(file, megabytes(place))
    const hub = await openHub(place)
    return {
      measure: async (): Promise<Figures> => {
        const wire = await connectWire(hub)
        // The child waits for a key, so that creating and attaching are not measured.
        const session = await createSession(
          hub,
          terminal("/bin/sh", ["-c", `stty -echo; read key; cat '${file}'; echo ${END}; read key`]),
        )
        let received = 0
        const arrived = until("all of the file arrived", PATIENCE, () => received >= bytes)
        const stream = await wire.attach(session, { after: 0, mode: "interactive" })
        stream.changed = () => {
          received = stream.output
          arrived.check()
        }
        const began = performance.now()
        wire.input(stream, 1, Buffer.from("\n"))
        await arrived.reached
        const all = performance.now() - began
        let shown = ""
        while (!shown.includes(END) && performance.now() - began < PATIENCE) {
          shown = (await hub.process.call<Screen>("GET", `/api/sessions/${session}/screen`)).body.text
          if (!shown.includes(END)) await pause(5)
        }
        const screen = performance.now() - began
        wire.input(stream, 2, Buffer.from("\n"))
        await hub.process.call("DELETE", `/api/sessions/${session}`)
        await wire.close()
        return { all: rate(bytes, all), screen: rate(bytes, screen) }
      },
      close: hub.end,
    }
  },
}

const readLoop: Contestant = {
  name: "read loop on the master",
  open: async (place) => {
    const file = join(place.directory, "big")
    writeBigFile(file, megabytes(place))
    const station = startStation(new URL("../pty/read-loop.ts", import.meta.url))
    return {
      measure: async () => {
        const did = await station.call("run", { file })
        const all = rate(figure(did, "bytes"), figure(did, "milliseconds"))
        return { all, screen: all }
      },
      close: station.end,
    }
  },
}

const chain: Contestant = {
  name: "bare chain",
  open: async (place) => {
    const file = join(place.directory, "big")
    writeBigFile(file, megabytes(place))
    return {
      measure: async () => {
        const opened = await openChain(place.directory)
        try {
          let bytes = 0
          const ended = Promise.withResolvers<void>()
          opened.onOutput((piece) => {
            if (piece === undefined) ended.resolve()
            else bytes += piece.length
          })
          const began = performance.now()
          await opened.run("/bin/cat", [file])
          await ended.promise
          return { all: rate(bytes, performance.now() - began) }
        } finally {
          await opened.end()
        }
      },
      close: async () => {},
    }
  },
}

const tmux: Contestant = {
  name: "tmux",
  open: async (place) => {
    const file = join(place.directory, "big")
    const bytes = writeBigFile(file, megabytes(place))
    const server = await openTmux(place.directory)
    return {
      measure: async () => {
        await server.run(`stty -echo; read key; cat '${file}'; echo ${END}; read key`)
        let tail = ""
        let seen = false
        const shown = until("tmux shows the end", PATIENCE, () => tail.includes(END))
        const first = until("tmux draws its screen", 10_000, () => seen)
        const client = server.attach((piece) => {
          seen = true
          first.check()
          tail = (tail + piece.toString("latin1")).slice(-4096)
          shown.check()
        })
        await first.reached
        await pause(100)
        const began = performance.now()
        client.write(Buffer.from("\n"))
        await shown.reached
        const all = rate(bytes, performance.now() - began)
        return { all, screen: all }
      },
      close: server.end,
    }
  },
}

/** The row. tmux forwards only what its screen needs. */
export const CAT: Row = {
  id: "cat",
  title: "cat of a large file to one client, durable (100 MB; short: 20 MB)",
  figures: [
    {
      id: "all",
      title: "all bytes received",
      unit: "MB/s",
      better: "more",
      goals: [ofLimit(0.4, 0.6), ofPeer("bare chain", 0.9), value(24)],
    },
    { id: "screen", title: "and the screen current", unit: "MB/s", better: "more", goals: [ofLimit(0.3, 0.5)] },
  ],
  ours,
  limit: readLoop,
  peers: [chain, tmux],
  shortRounds: 2,
}
