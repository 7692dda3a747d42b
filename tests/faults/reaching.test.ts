/**
 * Ways to a machine, with the programs that people use for them: Caddy as a proxy, and ssh as a tunnel. Where they are not
 * installed the tests say so and are left out.
 */
import { execFileSync, spawn, type ChildProcess } from "node:child_process"
import { randomBytes } from "node:crypto"
import { once } from "node:events"
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import type { IncomingMessage } from "node:http"
import { request } from "node:https"
import { createServer, type AddressInfo, type Socket } from "node:net"
import { tmpdir, userInfo } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { KEY_PROTOCOL } from "@holdfast/protocol/browser-key"
import type { PairingMade } from "@holdfast/protocol/http-bodies"
import { SOCKET_PATH, SOCKET_PROTOCOL } from "@holdfast/protocol/stream-socket"
import { eventually } from "@holdfast/testkit/eventually"
import { type HubProcess, startHub } from "@holdfast/testkit/hub-process"
import { makeSelfSigned } from "@holdfast/testkit/self-signed"

const isShort = process.env["HOLDFAST_FAULTS"] === "short"
const has = (program: string): boolean => {
  try {
    execFileSync("sh", ["-c", `command -v ${program}`], { env: PATHS, stdio: "ignore" })
    return true
  } catch {
    if (!isShort) console.log(`not run: ${program} is not installed (Debian: apt-get install caddy openssh-server)`)
    return false
  }
}
const PATHS = { ...process.env, PATH: `${process.env["PATH"]}:/usr/sbin:/usr/local/sbin` }

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, "127.0.0.1")
  await once(server, "listening")
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, "close")
  return port
}

const folder = mkdtempSync(join(tmpdir(), "holdfast-reaching-"))
const children: Array<ChildProcess> = []
const start = (program: string, args: ReadonlyArray<string>): ChildProcess => {
  const child = spawn(program, args, {
    env: { ...PATHS, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
    stdio: "ignore",
  })
  children.push(child)
  return child
}
afterAll(async () => {
  for (const child of children) {
    if (child.exitCode !== null || child.signalCode !== null) continue
    child.kill("SIGTERM")
    await once(child, "exit")
  }
  rmSync(folder, { recursive: true, force: true })
})

describe.skipIf(isShort || !has("caddy"))("Caddy", () => {
  const tls = makeSelfSigned()
  const hubs: Array<HubProcess> = []
  let ports: ReadonlyArray<number> = []
  beforeAll(async () => {
    ports = [await freePort(), await freePort()]
    const addresses = [`https://127.0.0.1:${ports[0]}`, `https://127.0.0.1:${ports[1]}/holdfast`]
    for (const address of addresses) hubs.push(await startHub({ settings: { HOLDFAST_TRUST_PROXY: address } }))
    const site = (port: number | undefined, inside: string): string =>
      `https://127.0.0.1:${port} {\n bind 127.0.0.1\n tls ${tls.certFile} ${tls.keyFile}\n ${inside}\n}\n`
    // As docs/guide/phone.md has them.
    const file = join(folder, "Caddyfile")
    writeFileSync(
      file,
      `{\n admin off\n auto_https disable_redirects\n}\n` +
        site(ports[0], `reverse_proxy 127.0.0.1:${hubs[0]?.port()}`) +
        site(ports[1], `redir /holdfast /holdfast/\n reverse_proxy /holdfast/* 127.0.0.1:${hubs[1]?.port()}`),
    )
    start("caddy", ["run", "--config", file, "--adapter", "caddyfile"])
    for (const address of addresses)
      await eventually(
        "Caddy serves",
        20_000,
        async () => (await get(`${address}/health/live`).catch(() => undefined))?.status === 200,
      )
  })
  afterAll(() => Promise.all(hubs.map((hub) => hub.stop())))

  const get = (url: string, key?: string) =>
    new Promise<{ readonly status: number; readonly text: string }>((resolve, reject) => {
      const headers = key === undefined ? { accept: "text/html" } : { authorization: `Bearer ${key}` }
      const asked = request(url, { ca: tls.cert, headers, agent: false }, (answer) => {
        let text = ""
        answer.setEncoding("utf8").on("data", (chunk: string) => (text += chunk))
        answer.on("end", () => resolve({ status: answer.statusCode ?? 0, text }))
      })
      asked.on("error", reject)
      asked.end()
    })

  for (const [at, what] of ["its own name", "a path"].entries())
    it(`G-19 G-23 publishes the hub at ${what}: link, page, requests, the socket`, async () => {
      const hub = hubs[at]
      if (hub === undefined) throw new Error("no hub")
      const { body } = await hub.call<PairingMade>("POST", "/api/devices", {})
      const base = `https://127.0.0.1:${ports[at]}${at === 0 ? "" : "/holdfast"}`
      expect(body.address).toBe(base)
      const key = /data-key="([^"]+)"/.exec((await get(body.url)).text)?.[1] ?? ""
      expect((await get(`${base}/`)).text).toContain(`<base href="${at === 0 ? "/" : "/holdfast/"}"`)
      expect((await get(`${base}/api/sessions`, key)).status).toBe(200)
      const headers = {
        ...{ connection: "Upgrade", upgrade: "websocket", "sec-websocket-version": "13", origin: new URL(base).origin },
        ...{ "sec-websocket-key": randomBytes(16).toString("base64") },
        "sec-websocket-protocol": `${SOCKET_PROTOCOL}, ${KEY_PROTOCOL}${key}`,
      }
      const upgrade = request(base + SOCKET_PATH, { ca: tls.cert, headers, agent: false })
      upgrade.end()
      const [answer, socket] = (await once(upgrade, "upgrade")) as [IncomingMessage, Socket]
      expect([answer.statusCode, answer.headers["sec-websocket-protocol"]]).toEqual([101, SOCKET_PROTOCOL])
      socket.destroy()
    })
})

describe.skipIf(isShort || !has("sshd") || !has("ssh"))("an ssh tunnel", () => {
  it("G-24 leads from another port to a hub that listens on loopback alone, once publicUrl names it", async () => {
    const [near, door] = [await freePort(), await freePort()]
    const hub = await startHub({ settings: { HOLDFAST_PUBLIC_URL: `http://127.0.0.1:${near}` } })
    try {
      const at = (name: string): string => join(folder, name)
      for (const name of ["host", "user"])
        execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", at(name)], { env: PATHS })
      copyFileSync(at("user.pub"), at("authorized"))
      chmodSync(at("authorized"), 0o600)
      // Where Debian's sshd goes before it knows who comes.
      mkdirSync("/run/sshd", { recursive: true })
      const lines = [`Port ${door}`, "ListenAddress 127.0.0.1", `HostKey ${at("host")}`, `AuthorizedKeysFile ${at("authorized")}`]
      writeFileSync(
        at("sshd"),
        [...lines, "StrictModes no", "UsePAM no", "PermitRootLogin yes", `PidFile ${at("pid")}`, ""].join("\n"),
      )
      const sshd = execFileSync("sh", ["-c", "command -v sshd"], { env: PATHS }).toString().trim()
      start(sshd, ["-D", "-f", at("sshd")])
      const options = [
        "-F",
        "none",
        "-o",
        "StrictHostKeyChecking=no",
        "-o",
        `UserKnownHostsFile ${at("known")}`,
        "-o",
        "IdentitiesOnly=yes",
      ]
      const forward = ["-o", "ExitOnForwardFailure=yes", "-L", `127.0.0.1:${near}:127.0.0.1:${hub.port()}`]
      const tunnel = async (): Promise<boolean> => {
        const live = await fetch(`http://127.0.0.1:${near}/health/live`).catch(() => undefined)
        if (live?.status === 200) return true
        const last = children.at(-1)
        if (last === undefined || last.exitCode !== null || last.spawnargs[0] !== "ssh")
          start("ssh", [...options, "-i", at("user"), "-p", String(door), "-N", ...forward, `${userInfo().username}@127.0.0.1`])
        return false
      }
      await eventually("the tunnel is there", 20_000, tunnel)
      const { body } = await hub.call<PairingMade>("POST", "/api/devices", { address: `http://127.0.0.1:${near}` })
      expect(body).toMatchObject({ address: `http://127.0.0.1:${near}`, isLocal: true })
      const page = await (await fetch(body.url)).text()
      const key = /data-key="([^"]+)"/.exec(page)?.[1] ?? ""
      const answer = await fetch(`http://127.0.0.1:${near}/api/sessions`, { headers: { authorization: `Bearer ${key}` } })
      expect(answer.status).toBe(200)
    } finally {
      await hub.stop()
    }
  })
})
