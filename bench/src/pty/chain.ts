/**
 * The bare chain: everything output must pass, with nothing around it. PTY → journal file → unix socket → SQLite
 * worker → WebSocket, in three processes like ours.
 */
import { once } from "node:events"
import { mkdtempSync } from "node:fs"
import { join } from "node:path"
import { WebSocket } from "ws"
import { within } from "../process/within.ts"
import { figure, startStation } from "../process/station.ts"

/** A chain with one viewer. */
export interface Chain {
  /** Starts a program on the chain's terminal. */
  readonly run: (command: string, args: ReadonlyArray<string>) => Promise<void>
  readonly type: (bytes: Uint8Array) => void
  /** Called with each piece of output that reached the viewer, and with `undefined` at its end. */
  readonly onOutput: (output: (bytes: Buffer | undefined) => void) => void
  readonly kill: () => Promise<void>
  readonly end: () => Promise<void>
}

/** Starts a chain with its files in a new directory of `parent`. */
export async function openChain(parent: string): Promise<Chain> {
  const directory = mkdtempSync(join(parent, "chain-"))
  const hub = startStation(new URL("./chain-hub.ts", import.meta.url))
  const runner = startStation(new URL("./chain-runner.ts", import.meta.url))
  const socket = join(directory, "chain.sock")
  const end = async (): Promise<void> => {
    await runner.end()
    await hub.end()
  }
  try {
    const port = figure(await hub.call("open", { socket, database: join(directory, "chain.sqlite") }), "port")
    const viewer = new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate: false, maxPayload: 64 * 1024 * 1024 })
    await within("the chain's viewer connects", 10_000, once(viewer, "open"))
    let output: (bytes: Buffer | undefined) => void = () => {}
    viewer.on("message", (data, binary) => output(binary ? (data as Buffer) : undefined))
    return {
      run: async (command, args) => {
        await runner.call("run", { socket, journal: join(directory, "journal"), command, args: JSON.stringify(args) })
      },
      type: (bytes) => viewer.send(bytes),
      onOutput: (next) => {
        output = next
      },
      kill: async () => {
        await runner.call("kill")
      },
      end: async () => {
        viewer.terminate()
        await end()
      },
    }
  } catch (error) {
    await end()
    throw error
  }
}
