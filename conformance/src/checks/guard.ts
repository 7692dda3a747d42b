/** The guard in front of every route and upgrade of a door, tried with bare requests. */
import { request as plain, type ClientRequest, type IncomingMessage } from "node:http"
import { request as secure } from "node:https"
import type { Entry } from "../door.ts"
import type { Check, Suite } from "../suite.ts"
import { demand } from "../failed.ts"

type Headers = Readonly<Record<string, string>>

/** Milliseconds for the status of one request. */
const LIMIT = 20_000

/** The status of a request with exactly these headers besides those that its kind needs. */
function statusOf(suite: Suite, session: string, entry: Entry, headers: Headers): Promise<number> {
  const url = new URL(suite.hub.url)
  const { method, body, contentType = "application/json", upgrade } = entry
  const send = url.protocol === "https:" ? secure : plain
  return new Promise((resolve, reject) => {
    const asked: ClientRequest = send({
      host: url.hostname,
      port: url.port,
      method,
      path: entry.path.replace(":session", session),
      agent: false,
      setHost: false,
      timeout: LIMIT,
      headers: {
        ...(body === undefined ? {} : { "content-type": contentType, "content-length": Buffer.byteLength(body) }),
        ...(upgrade === undefined ? {} : upgrading(upgrade)),
        ...headers,
      },
    })
    const settle = ({ statusCode = 0 }: IncomingMessage): void => {
      resolve(statusCode)
      asked.destroy()
    }
    asked.on("response", settle)
    asked.on("upgrade", (response, socket) => {
      socket.destroy()
      settle(response)
    })
    asked.on("timeout", () => asked.destroy(new Error(`${method} ${entry.path}: no answer`)))
    asked.on("error", reject)
    asked.end(body)
  })
}

const upgrading = (protocols: ReadonlyArray<string>): Headers => ({
  connection: "Upgrade",
  upgrade: "websocket",
  "sec-websocket-version": "13",
  "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
  ...(protocols.length === 0 ? {} : { "sec-websocket-protocol": protocols.join(", ") }),
})

/** Tries every entry with headers, and demands a status. */
async function demandStatus(suite: Suite, what: string, headers: (host: string) => Headers, status: number): Promise<void> {
  const { host } = new URL(suite.hub.url)
  const session = await suite.calls.agent()
  for (const entry of suite.door.entries) {
    const got = await statusOf(suite, session, entry, headers(host))
    const where = `${entry.upgrade === undefined ? "" : "the upgrade at "}${entry.method} ${entry.path}`
    demand(got === status, `${where} answered ${got} to ${what}, not ${status}`)
  }
}

const bearer = (secret: string): Headers => ({ authorization: `Bearer ${secret}` })

const host: Check = {
  id: "guard-host",
  title: "the guard refuses a Host that is not the hub's own, at every entry",
  proves: ["check:S2"],
  run: async (suite) => {
    const { token } = suite.hub
    await demandStatus(suite, "another Host", () => ({ host: "hub.attacker.example", ...bearer(token) }), 403)
  },
}

const origin: Check = {
  id: "guard-origin",
  title: "the guard refuses an Origin that is not the hub's own, at every entry",
  proves: ["check:S3"],
  run: async (suite) => {
    const { token } = suite.hub
    for (const from of ["https://attacker.example", "null"]) {
      await demandStatus(suite, `the Origin ${from}`, (name) => ({ host: name, origin: from, ...bearer(token) }), 403)
    }
  },
}

const credential: Check = {
  id: "guard-credential",
  title: "the guard refuses a request without a credential, or with one that it does not know, at every entry",
  proves: ["check:S1"],
  run: async (suite) => {
    await demandStatus(suite, "no credential", (name) => ({ host: name }), 401)
    await demandStatus(suite, "an unknown credential", (name) => ({ host: name, ...bearer("unknown-0123456789abcdef") }), 401)
  },
}

/** Checks of the guard. */
export const GUARD: ReadonlyArray<Check> = [host, origin, credential]
