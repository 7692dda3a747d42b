/// <reference types="node" />
import { once } from "node:events"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import type { Connection } from "../src/Connection.ts"
import type { Credential } from "../src/credential.ts"
import { HoldfastError } from "../src/errors.ts"
import { makeApi } from "../src/http/api.ts"
import { until } from "./collect.ts"
import { connectTo, ScriptedHub } from "./scripted-hub.ts"

describe("a credential that a function gives", () => {
  let hub: ScriptedHub
  let connection: Connection | undefined
  beforeEach(async () => {
    hub = await new ScriptedHub().start()
  })
  afterEach(async () => {
    connection?.close()
    await hub.stop()
  })

  const connect = (credential: Credential): Connection => (connection = connectTo(hub.port, { credential }))

  it("C-33 is asked at each connect, and may take its time", async () => {
    let asked = 0
    await connect(async () => `token-${++asked}`).online(25_000)
    hub.cut()
    await until("lost", () => connection?.state._tag === "Reconnecting")
    await connection?.online(25_000)
    expect(hub.shown).toEqual(["token-1", "token-2"])
  })

  it("C-33 is asked once more after 401, and what is new is tried at once", async () => {
    hub.credential = "fresh"
    const given = ["stale", "fresh"]
    const connected = connect(() => given.shift())
    await connected.online(25_000)
    expect(hub.shown).toEqual(["stale", "fresh"])
    hub.credential = "later"
    given.push("fresh", "later")
    hub.cut()
    await until("lost", () => connected.state._tag === "Reconnecting")
    await connected.online(25_000)
    expect(hub.shown).toEqual(["stale", "fresh", "fresh", "later"])
  })

  it("C-33 is refused when it gives the same again, or another wrong one every time", async () => {
    hub.credential = "right"
    await expect(connect(() => "wrong").online(25_000)).rejects.toMatchObject({ tag: "Unauthorized", status: 401 })
    expect(hub.shown).toEqual(["wrong"])
    hub.shown.length = 0
    let asked = 0
    await expect(connect(() => `wrong-${++asked}`).online(25_000)).rejects.toMatchObject({ tag: "Unauthorized" })
    expect(hub.shown).toEqual(["wrong-1", "wrong-2", "wrong-3", "wrong-4"])
    await expect(connect("wrong").online(25_000)).rejects.toMatchObject({ tag: "Unauthorized" })
  })

  it("C-33 a function that throws is tried again; one that refuses ends the connection", async () => {
    let asked = 0
    const connected = connect(() => {
      if (++asked < 3) throw new Error("the token service is away")
      return "token"
    })
    await connected.online(25_000)
    expect(hub.shown).toEqual(["token"])
    const refused = new HoldfastError("Unauthorized", "signed out")
    await expect(connect(() => Promise.reject(refused)).online(25_000)).rejects.toBe(refused)
  })

  it("C-33 a connection that is closed while it waits for one shows it to no one", async () => {
    let give: (token: string) => void = () => undefined
    const connected = connect(() => new Promise<string>((resolve) => (give = resolve)))
    connected.close()
    give("late")
    await expect(connected.online()).rejects.toMatchObject({ tag: "Closed" })
    expect(hub.shown).toEqual([])
  })
})

describe("a call over HTTP whose credential a function gives", () => {
  it("C-33 asks for each call, and once more after 401", async () => {
    const shown: Array<string> = []
    const server = createServer((request, response) => {
      const token = String(request.headers.authorization).replace("Bearer ", "")
      shown.push(token)
      response.writeHead(token === "fresh" ? 200 : 401, { "content-type": "application/json" })
      response.end(token === "fresh" ? '{"live":true,"version":"1"}' : '{"error":{"tag":"Unauthorized","message":"no"}}')
    })
    server.listen(0, "127.0.0.1")
    await once(server, "listening")
    const given = ["stale", "fresh", "fresh"]
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const call = (token: Credential) => makeApi({ origin, fetch, token }).live()
    try {
      expect(await call(() => given.shift())).toMatchObject({ live: true })
      expect(await call(async () => given.shift())).toMatchObject({ live: true })
      await expect(call(() => "wrong")).rejects.toMatchObject({ tag: "Unauthorized", status: 401 })
      await expect(call(() => Promise.reject(new Error("away")))).rejects.toMatchObject({ tag: "Unreachable", retryable: true })
      expect(shown).toEqual(["stale", "fresh", "fresh", "wrong"])
    } finally {
      server.closeAllConnections()
      server.close()
    }
  })
})
