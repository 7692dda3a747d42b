/**
 * A new client reads a long log from its beginning: bytes per second until it is told that it is caught up.
 */
import { once } from "node:events"
import { closeSync, openSync, statSync, writeSync } from "node:fs"
import { join } from "node:path"
import { WebSocket } from "ws"
import { eventBytes } from "../load/payload.ts"
import { until } from "../load/until.ts"
import { openHub } from "../ours/hub.ts"
import { seedStore } from "../ours/store.ts"
import { connectWire } from "../ours/wire.ts"
import { BARE, receiveChunk, STOCK_RPC } from "../peer/audience.ts"
import { figure, startStation } from "../process/station.ts"
import { ofLimit, type Contestant, type Place, type Row } from "../row.ts"

const events = (place: Place): number => place.size(1_000_000, 200_000)

const ours: Contestant = {
  name: "holdfast",
  open: async (place) => {
    const store = join(place.directory, "store")
    const session = await seedStore(store, { sessions: 1, events: events(place) })
    const hub = await openHub(place, { HOLDFAST_STORE: `sqlite:${join(store, "holdfast.sqlite")}` })
    return {
      measure: async () => {
        const wire = await connectWire(hub)
        let synced = false
        const arrived = until("the client is caught up", 120_000, () => synced)
        const began = performance.now()
        const stream = await wire.attach(session, { after: 0 })
        stream.changed = () => {
          synced = stream.synced
          arrived.check()
        }
        stream.changed(0)
        await arrived.reached
        const seconds = (performance.now() - began) / 1000
        await wire.close()
        if (stream.events < events(place)) throw new Error(`only ${stream.events} of ${events(place)} events arrived`)
        return { rate: stream.bytes / 1e6 / seconds }
      },
      close: hub.end,
    }
  },
}

const bare: Contestant = {
  name: "file → ws",
  open: async (place) => {
    const path = join(place.directory, "log")
    const file = openSync(path, "w", 0o600)
    const block = Buffer.concat(Array.from({ length: 1000 }, () => eventBytes()))
    for (let at = 0; at < events(place) / 1000; at++) writeSync(file, block)
    closeSync(file)
    const station = startStation(BARE)
    const port = figure(await station.call("port"), "port")
    await station.call("file", { file: path })
    return {
      measure: async () => {
        const socket = new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate: false })
        await once(socket, "open")
        let bytes = 0
        const ended = Promise.withResolvers<void>()
        socket.on("message", (data, binary) => {
          if (binary) bytes += (data as Buffer).length
          else ended.resolve()
        })
        const began = performance.now()
        socket.send("file")
        await ended.promise
        const seconds = (performance.now() - began) / 1000
        socket.terminate()
        if (bytes !== statSync(path).size) throw new Error(`${bytes} bytes arrived`)
        return { rate: bytes / 1e6 / seconds }
      },
      close: station.end,
    }
  },
}

const stockRpc: Contestant = {
  name: "stock Effect RPC",
  open: async (place) => {
    const station = startStation(STOCK_RPC)
    const port = figure(await station.call("port"), "port")
    const count = events(place) / 10
    return {
      measure: async () => {
        const socket = new WebSocket(`ws://127.0.0.1:${port}/rpc`, { perMessageDeflate: false })
        await once(socket, "open")
        let bytes = 0
        let arrived = 0
        const ended = Promise.withResolvers<void>()
        socket.on("message", (data) => {
          bytes += (data as Buffer).length
          receiveChunk(
            socket,
            data as Buffer,
            (some) => {
              arrived += some
            },
            ended.resolve,
          )
        })
        const began = performance.now()
        socket.send(JSON.stringify({ _tag: "Request", id: "1", tag: "Replay", payload: { count }, headers: [] }))
        await ended.promise
        const seconds = (performance.now() - began) / 1000
        socket.terminate()
        if (arrived !== count) throw new Error(`${arrived} of ${count} arrived`)
        return { rate: bytes / 1e6 / seconds }
      },
      close: station.end,
    }
  },
}

/** The row. */
export const CATCH_UP: Row = {
  id: "catch-up",
  title: "catch-up of a long log (1M events; short: 200k)",
  figures: [{ id: "rate", title: "", unit: "MB/s", better: "more", goals: [ofLimit(0.28, 0.6)] }],
  ours,
  limit: bare,
  peers: [stockRpc],
}
