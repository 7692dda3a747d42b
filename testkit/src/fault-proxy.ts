/**
 * A TCP proxy on loopback that breaks connections the ways networks do.
 */
import { once } from "node:events"
import { createServer, connect, type AddressInfo, type Socket } from "node:net"

/** How a connection is cut: reset, orderly end, or silence in both directions with both ends left open. */
export type Cut = "rst" | "fin" | "half-open"

/** A running proxy. */
export interface FaultProxy {
  readonly port: number
  /** Connections that go through now. */
  readonly open: () => number
  /** Cuts every connection that is open now; later ones are not concerned. Gives how many it cut. */
  readonly cut: (how: Cut) => number
  /** Refuses new connections until `allow`. */
  readonly refuse: () => void
  readonly allow: () => void
  readonly stop: () => Promise<void>
}

interface Pair {
  readonly client: Socket
  readonly server: Socket
}

/** Starts a proxy on a free loopback port to `target`, a loopback port that may change between calls. */
export async function startFaultProxy(target: () => number): Promise<FaultProxy> {
  const pairs = new Set<Pair>()
  let refusing = false
  const server = createServer((client) => {
    if (refusing) return void client.resetAndDestroy()
    const pair = { client, server: connect(target(), "127.0.0.1") }
    pairs.add(pair)
    client.setNoDelay(true)
    pair.server.setNoDelay(true)
    client.pipe(pair.server)
    pair.server.pipe(client)
    const gone = (): void => {
      pairs.delete(pair)
      client.destroy()
      pair.server.destroy()
    }
    for (const socket of [client, pair.server]) socket.on("error", gone).on("close", gone)
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")

  const cutPair = (pair: Pair, how: Cut): void => {
    if (how === "rst") {
      pair.client.resetAndDestroy()
      pair.server.resetAndDestroy()
    } else if (how === "fin") {
      pair.client.end()
      pair.server.end()
    } else {
      pair.client.unpipe(pair.server).pause()
      pair.server.unpipe(pair.client).pause()
    }
  }

  return {
    port: (server.address() as AddressInfo).port,
    open: () => pairs.size,
    cut: (how) => {
      const all = [...pairs]
      for (const pair of all) cutPair(pair, how)
      return all.length
    },
    refuse: () => {
      refusing = true
    },
    allow: () => {
      refusing = false
    },
    stop: async () => {
      const closed = once(server, "close")
      server.close()
      for (const pair of pairs) cutPair(pair, "rst")
      await closed
    },
  }
}
