/**
 * A program for each package of `published.mjs`, which is compiled and run where the package is installed, beside a hub at
 * `HOLDFAST_URL`. `beside`: packages of others that its users have.
 */

/** What the programs begin with. */
const REACH = `const env = /** @type {any} */ (globalThis).process.env
const url = String(env.HOLDFAST_URL)
const token = String(env.HOLDFAST_TOKEN)
const get = async (/** @type {string} */ path) =>
  (await fetch(url + path, { headers: { authorization: "Bearer " + token } })).json()
`

/** By the name of the package. */
export const EXAMPLES = {
  "@holdfast/protocol": {
    program: `${REACH}
import * as Schema from "effect/Schema"
import { operationOf } from "@holdfast/protocol/operations"
import { SessionPage } from "@holdfast/protocol/session"

const { sessions } = Schema.decodeUnknownSync(SessionPage)(await get("/api/sessions"))
console.log(sessions.length + " sessions as " + operationOf("sessions.list").http + " answers")
`,
  },
  "@holdfast/core": {
    program: `${REACH}
import { evolve } from "@holdfast/core/evolve"

const { sessions } = await get("/api/sessions?kind=agent")
const { events } = await get("/api/sessions/" + sessions[0].id + "/events?after=0")
/** @type {import("@holdfast/core/state").SessionState | undefined} */
let state
for (const event of events) state = evolve(state, event, sessions[0].id)
if (state?.label !== sessions[0].label) throw new Error(state?.label + " is not " + sessions[0].label)
console.log(events.length + " events come to the record")
`,
  },
  "@holdfast/client": {
    program: `${REACH}
import { Attachment, browserSocket, Connection, makeApi, socketUrl } from "@holdfast/client"

const { sessions } = await makeApi({ origin: url, fetch, token }).list({ kind: "terminal" })
const connection = new Connection({ open: browserSocket(WebSocket, socketUrl(url), token), name: "example" })
let events = 0
for await (const item of new Attachment(connection, { session: String(sessions[0]?.id), mode: "viewer", after: 0 })) {
  if (item._tag === "Event") events += 1
  if (item._tag === "Synced") break
}
connection.close()
console.log(events + " events of a terminal")
`,
  },
  "@holdfast/conformance": {
    beside: ["@types/node@24.19.2"],
    program: `${REACH}
import { CHECKS, pagesDoor, runSuite, streamSocketDoor } from "@holdfast/conformance"

const hub = { url, token }
const chosen = CHECKS.filter(({ id }) => ["guard-host", "order", "cursors"].includes(id))
for (const door of [pagesDoor(hub), streamSocketDoor(hub)]) {
  const results = await runSuite(chosen, door, hub, () => undefined)
  const failed = results.filter(({ outcome }) => outcome === "failed")
  if (failed.length > 0) throw new Error(JSON.stringify(failed))
  console.log(door.name + ": " + results.length + " checks")
}
`,
  },
  "@holdfast/react": {
    beside: ["react@19.3.1", "react-dom@19.3.1", "@types/react@19.3.3", "@types/react-dom@19.3.0"],
    program: `${REACH}
import { createElement } from "react"
import { renderToString } from "react-dom/server"
import { connect } from "@holdfast/client"
import { Chat, HoldfastProvider, useConnection } from "@holdfast/react"

const App = () => createElement("p", null, useConnection().state._tag, createElement(Chat, { session: "none" }))
const html = renderToString(createElement(HoldfastProvider, { client: () => connect(url, { token }) }, createElement(App)))
if (!html.startsWith("<p>Connecting") || !html.includes("<textarea")) throw new Error(html)
console.log(html.length + " characters of a page rendered on a server")
`,
  },
}
