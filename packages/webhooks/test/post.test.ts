/** One request against receivers on loopback that are no good. */
import { createServer, type RequestListener, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { afterEach, describe, expect, it } from "vitest"
import { checkedBy } from "../src/addresses.ts"
import { post, type Posted } from "../src/post.ts"

const servers: Array<Server> = []
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

/** Sends to a receiver; gives what became of it, and how many connections came. */
async function sent(
  answer: RequestListener,
  given: Partial<Parameters<typeof post>[0]> & { readonly host?: string } = {},
): Promise<Posted & { readonly connections: number }> {
  let connections = 0
  const server = createServer(answer)
  servers.push(server)
  server.on("connection", () => connections++)
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const { host = "127.0.0.1", ...more } = given
  const url = new URL(`http://${host}:${(server.address() as AddressInfo).port}/hook?secret=1`)
  const { signal } = new AbortController()
  const posted = await post({ url, allowPrivate: true, headers: {}, body: "{}", timeout: 400, signal, ...more })
  return { ...posted, connections }
}

describe("a request to a receiver", () => {
  it("Y-6 whose answer begins and never ends counts by its status, and does not take its whole time", async () => {
    const accepted = await sent((_, response) => void response.writeHead(202).write("and"), { timeout: 60_000 })
    expect(accepted).toMatchObject({ delivered: true, status: 202 })
    expect(accepted.milliseconds).toBeLessThan(30_000)
    const refused = await sent((_, response) => void response.writeHead(503, { "retry-after": "7" }).write("no"))
    expect(refused).toMatchObject({ delivered: false, status: 503, retryAfter: 7, problem: "the receiver answered 503" })
  })

  it("Y-4 Retry-After counts as seconds and as a date, and as nothing otherwise", async () => {
    const asked = async (text: string) =>
      (await sent((_, response) => void response.writeHead(429, { "retry-after": text }).end())).retryAfter
    const soon = await asked(new Date(Date.now() + 90_000).toUTCString())
    expect(soon).toBeGreaterThan(60)
    expect(soon).toBeLessThanOrEqual(91)
    expect(await asked(new Date(Date.now() + 30 * 86_400_000).toUTCString())).toBe(24 * 3600)
    for (const text of [new Date(Date.now() - 1000).toUTCString(), "soon", "", "0"])
      expect([text, await asked(text)]).toEqual([text, undefined])
  })

  it("Y-6 that is hung up on, answered with nonsense, or answered without end fails with what happened", async () => {
    const cut = await sent(({ socket }) => void socket.destroy())
    expect(cut).toMatchObject({ delivered: false, problem: expect.stringContaining("hang up") as string })
    const nonsense = await sent(({ socket }) => void socket.end("no HTTP at all\r\n\r\n"))
    expect(nonsense).toMatchObject({ delivered: false, problem: expect.stringContaining("Parse Error") as string })
    const headers = await sent(({ socket }) => void socket.end(`HTTP/1.1 200 OK\r\nx: ${"x".repeat(100_000)}\r\n\r\n`))
    expect(headers).toMatchObject({ delivered: false, problem: expect.stringContaining("Header overflow") as string })
    const upgraded = await sent(({ socket }) => void socket.write("HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\n\r\n"))
    expect(upgraded.delivered).toBe(false)
    const slow = await sent(({ socket }) => {
      const drip = setInterval(() => socket.write("H"), 20)
      socket.on("close", () => clearInterval(drip)).on("error", () => clearInterval(drip))
      socket.write("HTTP/1.1 200 OK\r\nx: ")
    })
    expect(slow).toMatchObject({ delivered: false, problem: "no answer within 0.4 s" })
    for (const { problem } of [cut, nonsense, headers, upgraded, slow]) expect(problem).not.toContain("secret")
  })

  it("Y-6 is stopped with its hub, and the receiver gets it again later", async () => {
    const ending = new AbortController()
    const stopped = await sent(() => ending.abort(), { signal: ending.signal, timeout: 60_000 })
    expect(stopped).toMatchObject({ delivered: false, problem: "the hub is stopping" })
    expect(await sent(() => undefined, { signal: ending.signal })).toMatchObject({ delivered: false, connections: 0 })
  })

  it("Y-6 to a name goes nowhere once the name stands for a private address, in whichever place", async () => {
    const answers = [["8.8.8.8", "127.0.0.1"], ["127.0.0.1"], ["::1"], ["::ffff:127.0.0.1"]]
    for (const addresses of answers) {
      let asked = 0
      const lookup = checkedBy((_, __, done) => {
        asked++
        done(
          null,
          addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
        )
      })
      const refused = await sent((_, response) => void response.end(), { host: "rebound.example", allowPrivate: false, lookup })
      expect(refused).toMatchObject({ delivered: false, connections: 0, problem: expect.stringContaining("public") as string })
      expect(asked).toBe(1)
    }
    const none = checkedBy((_, __, done) => done(null, []))
    expect((await sent(() => undefined, { host: "none.example", allowPrivate: false, lookup: none })).delivered).toBe(false)
  })
})
