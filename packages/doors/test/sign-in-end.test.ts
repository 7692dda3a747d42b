/** What a browser's sign-in opened ends with it, in every door; what else its credential opened does not (G-6). */
import { createServer, type IncomingMessage, request } from "node:http"
import type { AddressInfo } from "node:net"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { describe, expect, it } from "vitest"
import WebSocket from "ws"
import type { TokenShown } from "@holdfast/protocol/http-bodies"
import { SOCKET_PROTOCOL } from "@holdfast/protocol/stream-socket"
import { Hub, type Principal } from "@holdfast/hub/Hub"
import { noTelemetry } from "@holdfast/hub/Telemetry"
import { eventually } from "@holdfast/testkit/eventually"
import { makeFakeHub } from "@holdfast/testkit/hub/FakeHub"
import { OWNER, testSettings } from "@holdfast/testkit/hub/hub-house"
import { makeChatSocket } from "../src/ai-sdk/makeChatSocket.ts"
import { makeRpcDoor } from "../src/rpc/makeRpcDoor.ts"
import { makeSocketIoDoor } from "../src/socket-io/makeSocketIoDoor.ts"
import { makeSocketDoor } from "../src/socket/makeSocketDoor.ts"
import { OWNER as SECRET, startDoor } from "./http/start.ts"

const settings = testSettings()
const DOORS = [
  ["the stream socket", makeSocketDoor(settings, "0.0.0", noTelemetry), "/", [SOCKET_PROTOCOL]],
  ["JSON-RPC", makeRpcDoor(settings), "/", []],
  ["the chat socket", makeChatSocket(settings), "/", []],
  ["Socket.IO", makeSocketIoDoor(settings), "/socket.io/?EIO=4&transport=websocket", []],
] as const

describe("the end of a browser's sign-in", () => {
  it.each(DOORS)("G-6 closes its connections and no other one of its credential: %s", async (_, make, path, protocols) => {
    const scope = Scope.makeUnsafe()
    const { hub } = makeFakeHub(noTelemetry)
    const door = await Effect.runPromise(make.pipe(Effect.provideService(Hub, hub), Effect.provideService(Scope.Scope, scope)))
    const browsers: ReadonlyArray<Principal> = [{ ...OWNER }, { ...OWNER }]
    const entering = [...browsers]
    const server = createServer()
    server.on("upgrade", (asked, socket, head) => door.accept(asked, socket, head, entering.shift() ?? OWNER))
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    const sockets: Array<WebSocket> = []
    for (let n = 0; n < 3; n++) {
      const socket = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}${path}`, [...protocols])
      sockets.push(socket)
      await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject))
    }
    const isOpen = () => sockets.map(({ readyState }) => readyState === WebSocket.OPEN)
    try {
      await eventually("who has one open is told", 5000, () => door.open().length === 3)
      expect(browsers.map((browser) => door.open().includes(browser))).toEqual([true, true])
      const [first = OWNER] = browsers
      door.closeCredential(first, "this browser's sign-in has expired; sign it in again")
      await eventually("its connection was closed", 5000, () => isOpen()[0] === false)
      expect(isOpen()).toEqual([false, true, true])
      await eventually("it is not among them any more", 5000, () => door.open().length === 2)
      door.closeCredential(OWNER.credential, "the credential was revoked")
      await eventually("all were closed", 5000, () => !isOpen().includes(true))
    } finally {
      for (const socket of sockets) socket.terminate()
      await Effect.runPromise(Scope.close(scope, Exit.void))
      server.close()
    }
  })

  it("G-27 a token is used as long as a stream of its is open", async () => {
    const door = await startDoor()
    try {
      const id = await door.create()
      const made = (
        await door.send("/api/tokens", { method: "POST", body: JSON.stringify({ name: "reader", scope: "read" }) })
      ).json()
      const used = async () => ((await door.send("/api/tokens")).json()["tokens"] as ReadonlyArray<TokenShown>)[0]?.usedAt
      expect(await used()).toBeUndefined()
      const asked = request({
        host: "127.0.0.1",
        port: door.port,
        path: `/api/sessions/${id}/events/stream`,
        agent: false,
        headers: { authorization: `Bearer ${String(made["secret"])}` },
      })
      const response = await new Promise<IncomingMessage>((resolve, reject) => {
        asked.once("response", resolve).once("error", reject).end()
      })
      const closed = new Promise((resolve) => response.on("error", () => undefined).once("close", resolve))
      response.resume()
      door.clock.now += 90_000
      expect(await used()).toBe(door.clock.now)
      asked.destroy()
      await closed
      const last = door.clock.now
      await eventually("it is not used any more", 5000, async () => {
        door.clock.now += 1000
        return (await used()) !== door.clock.now
      })
      expect(await used()).toBeGreaterThanOrEqual(last)
    } finally {
      await door.stop()
    }
  })

  it("G-6 ends its streams over HTTP, and tells the sockets who it was", async () => {
    const door = await startDoor({ signInExpiry: 60_000 })
    const credentials = door.credentials()
    const signIn = async () =>
      (await Effect.runPromise(credentials.redeem(credentials.makeLink(credentials.owner()).secret))) ?? ""
    const ended: Array<string> = []
    try {
      const first = await signIn()
      const browser = credentials.authenticate(first)
      door.clock.now += 30_000
      const id = await door.create()
      const secrets = { first, second: await signIn(), owner: SECRET }
      for (const [name, secret] of Object.entries(secrets)) {
        const headers = { authorization: `Bearer ${secret}` }
        const asked = request({
          host: "127.0.0.1",
          port: door.port,
          path: `/api/sessions/${id}/events/stream`,
          agent: false,
          headers,
        })
        const response = await new Promise<IncomingMessage>((resolve, reject) => {
          asked.once("response", resolve).once("error", reject).end()
        })
        expect(response.statusCode).toBe(200)
        response.on("error", () => undefined).on("close", () => ended.push(name))
        response.resume()
      }
      door.clock.now += 30_000
      // Its timer is the one for all, and counts by the clock that was set.
      await Effect.runPromise(credentials.makeToken({ name: "brief", scope: "read", expiresAt: door.clock.now - 1 }))
      await eventually("its stream has ended", 5000, () => ended.length > 0)
      await door.send("/api/sessions", { token: secrets.second })
      expect([ended, door.closed.includes(browser ?? ""), (await door.send("/api/sessions", { token: first })).status]).toEqual([
        ["first"],
        true,
        401,
      ])
    } finally {
      await door.stop()
    }
  })
})
