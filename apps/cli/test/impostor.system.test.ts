import { once } from "node:events"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { connect, createServer, type AddressInfo, type Server } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, describe, expect, it } from "vitest"
import { startHub, type HubProcess } from "@holdfast/testkit/hub-process"
import { holdfast, UserTerminal } from "./user-terminal.ts"

const ends: Array<() => Promise<unknown> | unknown> = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

const hubOf = async (settings: Readonly<Record<string, string>> = {}): Promise<HubProcess> => {
  const hub = await startHub({ settings })
  ends.push(() => hub.stop())
  return hub
}
/** Another program on a port: keeps what it is sent, and answers it or passes it on. */
const impostor = async (
  port: number,
  relayTo?: () => number,
): Promise<{ readonly server: Server; readonly got: () => string }> => {
  let got = ""
  const server = createServer((socket) => {
    socket.on("error", () => socket.destroy())
    if (relayTo !== undefined) {
      const hub = connect(relayTo(), "127.0.0.1")
      hub.on("error", () => socket.destroy()).pipe(socket)
      socket.on(
        "data",
        (chunk) => void hub.write(chunk.toString("latin1").replaceAll(/Host: [^\r]*/g, `Host: 127.0.0.1:${relayTo()}`), "latin1"),
      )
    }
    socket.on("data", (chunk) => {
      got += chunk.toString("latin1")
      if (relayTo === undefined)
        socket.write('HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 26\r\n\r\n{"live":true,"version":""}')
    })
  }).listen(port, "127.0.0.1")
  await once(server, "listening")
  ends.push(() => server.close())
  return { server, got: () => got }
}

describe("a program in the place of the hub", () => {
  it("G-11 (fault:N41) gets no credential when the hub was killed, nor from an attach that reconnects", async () => {
    const hub = await hubOf()
    const credential = readFileSync(join(hub.data, "credential"), "utf8").trim()
    const made = await hub.call<{ readonly id: string }>("POST", "/api/sessions", {
      kind: "terminal",
      command: "sh",
      args: ["-c", "echo ready; exec cat"],
    })
    const user = new UserTerminal(hub.environment(), ["attach", made.body.id])
    ends.push(() => user.close())
    await user.sees("ready", 20_000)
    await hub.kill("SIGKILL")
    const other = await impostor(hub.port())
    const own = { ...hub.environment(), HOLDFAST_TOKEN: "" }
    for (const environment of [hub.environment(), own, { ...own, HOLDFAST_PORT: "" }])
      for (const args of [["ls"], ["doctor"], ["link"]]) expect((await holdfast(environment, ...args)).code).toBeGreaterThan(0)
    // Where no socket is known it goes by the port, and asks for a proof.
    rmSync(join(hub.data, "hub.json"))
    for (const environment of [hub.environment(), own]) {
      const ran = await holdfast(environment, "ls")
      expect(ran).toMatchObject({ code: 3, stderr: expect.stringContaining("did not prove") })
    }
    await new Promise((resolve) => other.server.close(resolve))
    expect(other.got()).toContain("/api/proof?")
    for (const secret of [hub.token, credential, "uthorization"]) expect(other.got()).not.toContain(secret)
    await hub.start()
    user.type("after\r")
    await user.sees(/after\nafter/, 20_000)
  }, 90_000)

  it("G-12 (fault:N41) a hub of another data directory proves itself; a relay of its proof gets no credential", async () => {
    const hub = await hubOf()
    const data = mkdtempSync(join(tmpdir(), "holdfast-cli-"))
    ends.push(() => rmSync(data, { recursive: true, force: true }))
    const elsewhere = { ...hub.environment(), HOLDFAST_DATA: data }
    expect(await holdfast(elsewhere, "ls", "--json")).toMatchObject({ code: 0, stdout: expect.stringContaining("[") })
    const relay = await impostor(0, hub.port)
    const { port } = relay.server.address() as AddressInfo
    const ran = await holdfast({ ...elsewhere, HOLDFAST_PORT: String(port) }, "ls")
    expect(ran).toMatchObject({ code: 3, stderr: expect.stringContaining("did not prove") })
    expect(relay.got()).toContain("/api/proof?")
    expect(relay.got()).not.toContain(hub.token)
    const short = await holdfast({ ...elsewhere, HOLDFAST_TOKEN: "short" }, "ls")
    expect(short).toMatchObject({ code: 3, stderr: expect.stringContaining("HOLDFAST_DATA") })
  }, 60_000)

  it("G-11 (fault:N41) a data directory with a long path has its socket in a private place", async () => {
    const place = mkdtempSync(join(tmpdir(), "holdfast-cli-"))
    const data = join(place, "a".repeat(100))
    ends.push(() => rmSync(place, { recursive: true, force: true }))
    const hub = await startHub({ data })
    ends.push(() => hub.stop())
    const { socket } = JSON.parse(readFileSync(join(data, "hub.json"), "utf8")) as { socket: string }
    expect(socket.startsWith(data)).toBe(false)
    expect((await holdfast({ ...hub.environment(), HOLDFAST_TOKEN: "" }, "ls")).code).toBe(0)
  }, 60_000)
})
