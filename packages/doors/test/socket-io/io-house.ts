/** The Socket.IO door of a house on a bare HTTP server, and its official client, which keeps what it hears. */
import { createServer, type IncomingMessage } from "node:http"
import type { AddressInfo } from "node:net"
import { io, type Socket } from "socket.io-client"
import * as Effect from "effect/Effect"
import type { Settings } from "@holdfast/protocol/settings"
import { Hub, type Principal } from "@holdfast/hub/Hub"
import type { Telemetry } from "@holdfast/hub/Telemetry"
import { type House, OWNER, testSettings } from "@holdfast/testkit/hub/hub-house"
import { Watch } from "@holdfast/testkit/hub/Watch"
import type { SocketDoor } from "../../src/SocketDoor.ts"
import { makeSocketIoDoor } from "../../src/socket-io/makeSocketIoDoor.ts"

/** A listening door. */
export interface IoHouse {
  readonly door: SocketDoor
  readonly port: number
  readonly close: () => Promise<void>
}

/** Who asks, by the credential that it names in `authorization`; the owner without one. */
const whoAsks = ({ headers: { authorization } }: IncomingMessage): Principal =>
  authorization === undefined ? OWNER : { name: authorization, credential: authorization, scope: "all" }

/** Serves the door of a house; the guard is not there. */
export async function openIo(house: House, settings: Partial<Settings> = {}, telemetry?: Telemetry): Promise<IoHouse> {
  const door = await house.run(
    makeSocketIoDoor(testSettings(settings), "0.1.0", telemetry).pipe(Effect.provideService(Hub, house.hub)),
  )
  const server = createServer((request, response) => door.serve?.(request, response, whoAsks(request)))
  server.on("upgrade", (request, socket, head) => door.accept(request, socket, head, whoAsks(request)))
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return {
    door,
    port: (server.address() as AddressInfo).port,
    close: async () => {
      await door.stop()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** A `run:event`. */
export interface RunEvent {
  readonly runId: string
  readonly channel: string
  readonly name: string
  readonly type: string
  readonly seq?: number
  readonly from?: number
  readonly reason?: string
  readonly data?: { readonly text?: string; readonly delta?: string }
  readonly error?: { readonly tag: string }
}

/** An acknowledgement. */
export type Ack = Readonly<Record<string, unknown>> & { readonly error?: { readonly tag: string; readonly message: string } }

/** The official client. */
export class IoClient {
  readonly socket: Socket
  readonly events: Array<RunEvent> = []
  /** What was heard, in order: events of the door, and its acknowledgements. */
  readonly heard: Array<string> = []
  disconnected: string | undefined
  readonly #watch = new Watch()

  constructor(port: number, options: object = {}) {
    this.socket = io(`http://127.0.0.1:${port}`, { forceNew: true, transports: ["websocket"], ...options })
    this.socket.on("run:event", (event: RunEvent) => {
      this.events.push(event)
      this.heard.push(event.name)
      this.#watch.wake()
    })
    for (const change of ["connect", "connect_error"]) this.socket.on(change, () => this.#watch.wake())
    this.socket.on("disconnect", (reason) => {
      this.disconnected = reason
      this.#watch.wake()
    })
  }

  /** Sends an event and waits for its acknowledgement. */
  ask(event: string, ...given: ReadonlyArray<unknown>): Promise<Ack> {
    return new Promise((resolve, reject) => {
      this.socket.timeout(20_000).emit(event, ...given, (late: Error | null, ack: Ack) => {
        this.heard.push(`ack ${event}`)
        if (late === null) resolve(ack)
        else reject(late)
      })
    })
  }

  /** All output so far. */
  get output(): string {
    return this.events.map(({ channel, data }) => (channel === "pty:stdout" ? (data?.text ?? "") : "")).join("")
  }

  named(name: string): ReadonlyArray<RunEvent> {
    return this.events.filter((event) => event.name === name)
  }

  /** Waits, bounded. */
  until(what: string, condition: (client: this) => boolean): Promise<void> {
    const seen = (): string => `seen: ${JSON.stringify(this.events.slice(-4)).slice(0, 600)}`
    return this.#watch.until(what, () => condition(this), 20_000, seen)
  }

  close(): void {
    this.socket.disconnect()
  }
}
