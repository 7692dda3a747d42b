/**
 * The examples of docs/PROTOCOL.md, in their order, against a real hub: requests over HTTP, streams of server-sent
 * events, and the conversation on the stream socket.
 */
import { createHash, createHmac, randomBytes } from "node:crypto"
import { once } from "node:events"
import { readFileSync } from "node:fs"
import { get, type IncomingMessage } from "node:http"
import { text } from "node:stream/consumers"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type Example, examplesOf, filled, isShown, messageOf, type Names } from "../src/document-examples.ts"
import { eventually } from "../src/eventually.ts"
import { startHub, type HubProcess } from "../src/hub-process.ts"
import { SpokenSocket } from "../src/spoken-socket.ts"

const document = readFileSync(fileURLToPath(new URL("../../docs/PROTOCOL.md", import.meta.url)), "utf8")
const examples = examplesOf(document)

let hub: HubProcess
let socket: SpokenSocket
beforeAll(async () => {
  hub = await startHub()
  socket = new SpokenSocket(`ws://127.0.0.1:${hub.port()}/api/socket`, hub.token)
})
afterAll(async () => {
  socket.close()
  await hub.stop()
})

const names: Names = new Map()

/** Sends a request as it stands in the document. */
function send(body: string, signal = AbortSignal.timeout(60_000)): Promise<Response> {
  const [head = "", json = ""] = body.trim().split(/\n\n/)
  const [line = "", ...headers] = head.split("\n")
  const [method = "", path = ""] = filled(line, names).split(" ")
  return fetch(`${hub.url()}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${hub.token}`,
      ...(json === "" ? {} : { "content-type": "application/json" }),
      ...Object.fromEntries(headers.map((header) => header.split(": "))),
    },
    ...(json === "" ? {} : { body: JSON.stringify(filled(JSON.parse(json) as object, names)) }),
    signal,
  })
}

const isRequest = ({ body }: Example): boolean => !/^\d/.test(body)

/** Sends a request again until the answer is the one that is shown: what an agent does takes its time. */
async function answered(request: Example, { body }: Example): Promise<void> {
  const [status, ...rest] = body.trim().split("\n")
  const shown: unknown = JSON.parse(rest.join("\n"))
  const once = /^(POST|PATCH|PUT|DELETE)/.test(request.body)
  await eventually(`line ${request.line}`, once ? 0 : 10_000, async () => {
    const response = await send(request.body)
    const actual: unknown = await response.json()
    if (String(response.status) === status && isShown(shown, actual, names)) return true
    throw new Error(`${response.status} ${JSON.stringify(actual)} is not ${body}`)
  })
}

/** Reads a stream until all messages that are shown have come, in order. */
async function streamed(request: Example, { body }: Example): Promise<void> {
  const ending = new AbortController()
  const response = await send(request.body, AbortSignal.any([ending.signal, AbortSignal.timeout(30_000)]))
  const left = body.trim().split("\n\n").map(messageOf)
  let text = ""
  for await (const bytes of response.body ?? []) {
    text += Buffer.from(bytes).toString("utf8")
    const messages = text.split("\n\n")
    text = messages.pop() ?? ""
    for (const message of messages) if (left.length > 0 && isShown(left[0], messageOf(message), names)) left.shift()
    if (left.length === 0) break
  }
  ending.abort()
  expect(left).toEqual([])
}

async function spoken({ body, line }: Example): Promise<void> {
  for (const text of body.trim().split("\n")) {
    const what = text.slice(2)
    if (text.startsWith("> ")) await socket.say(what, names)
    else await eventually(`line ${line}: ${what}`, 10_000, () => socket.heard(what, names) || undefined)
  }
}

describe("the protocol", () => {
  it("W-1 W-2 W-3 D-1 D-2 H-1 H-6 H-12 P-1 its examples are what a hub answers", async () => {
    const shown = examples.filter(({ language }) => ["http", "sse", "ws"].includes(language))
    for (const [i, example] of shown.entries()) {
      const next = shown[i + 1]
      if (example.language === "ws") await spoken(example)
      else if (example.language === "http" && isRequest(example)) {
        if (next?.language === "sse") await streamed(example, next)
        else if (next?.language === "http" && !isRequest(next)) await answered(example, next)
        else throw new Error(`line ${example.line}: a request without an answer`)
      }
    }
    expect(names.size).toBeGreaterThan(10)
  })

  it("G-12 its recipe for a proof produces what a hub answers", async () => {
    const secret = createHash("sha256").update(hub.token).digest()
    const id = createHash("sha256")
      .update(`holdfast credential ${secret.toString("hex")}`)
      .digest("hex")
      .slice(0, 32)
    const nonce = randomBytes(24).toString("base64url")
    const request = get(`${hub.url()}/api/proof?credential=${id}&nonce=${nonce}`)
    const [response] = (await once(request, "response")) as [IncomingMessage]
    const { remoteAddress = "", remotePort } = response.socket
    const message = `holdfast proof\n${nonce}\n${remoteAddress.replace(/^::ffff:/, "")} ${remotePort}`
    expect(JSON.parse(await text(response))).toEqual({ proof: createHmac("sha256", secret).update(message).digest("hex") })
  })

  it("its examples name everything that its text links to", () => {
    const headings = [...document.matchAll(/^#+ (.*)$/gm)].map(([, title = ""]) => anchorOf(title))
    const linked = [...document.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor)
    expect(linked.filter((anchor) => !headings.includes(anchor ?? ""))).toEqual([])
  })
})

/** Anchor of a heading, as code hosts make it. */
const anchorOf = (title: string): string =>
  title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_ -]/gu, "")
    .replaceAll(" ", "-")
