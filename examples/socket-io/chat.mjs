/** A chat with an agent over Socket.IO: sends lines of standard input, prints what the agent writes. */
import { randomUUID } from "node:crypto"
import { createInterface } from "node:readline"
import { io } from "socket.io-client"

const url = process.env.HOLDFAST_URL ?? "http://127.0.0.1:4653"
const authorization = `Bearer ${process.env.HOLDFAST_TOKEN ?? ""}`

/** Ends the program, because there is no session to chat with. */
function giveUp(reason) {
  console.error(reason)
  process.exit(1)
}

/** Creates a session over HTTP; Socket.IO is for following and typing. */
async function create() {
  const response = await fetch(`${url}/api/sessions`, {
    method: "POST",
    headers: { authorization, "content-type": "application/json" },
    body: JSON.stringify({ kind: "agent", agent: "scripted" }),
  }).catch(({ cause }) => giveUp(`There is no hub at ${url} (${cause?.message}).`))
  const body = await response.json()
  if (!response.ok) giveUp(`The hub refuses: ${body.error.message}. Is HOLDFAST_TOKEN a token of this hub?`)
  return body.id
}

const runId = process.argv[2] ?? (await create())
const socket = io(url, { extraHeaders: { authorization } })
let last = 0
/** What was printed of the turn's answer. */
let printed = ""
/** The open permission request, if there is one. */
let asked

/** Asks the hub, and fails with its words when it refuses. */
async function ask(event, body) {
  const answer = await socket.emitWithAck(event, body)
  if (answer.error !== undefined) throw new Error(answer.error.message)
  return answer
}

function print(text) {
  printed += text
  process.stdout.write(text)
}

/** A turn that ended while the client was away has folded: what was not printed of it comes with its message. */
function printRest({ parts }) {
  const text = parts.map((part) => (part.type === "text" ? part.text : "")).join("")
  if (text.startsWith(printed)) print(text.slice(printed.length))
}

/** Prints a run's event. */
function show({ channel, name, seq, data, reason }) {
  if (seq !== undefined) last = seq
  if (name === "turn/started") printed = ""
  else if (name === "agent/text-delta") print(data.delta)
  else if (channel === "claude:message" && data.message.role === "assistant") printRest(data.message)
  else if (channel === "claude:result") console.log(`\n[${data.outcome}]`)
  else if (name === "permission/asked") {
    asked = data.request
    console.log(`\n[asks: ${asked.title ?? asked.subject}] /yes or /no`)
  } else if (name.startsWith("permission/")) asked = undefined
  else if (name === "detached") console.log(`\n[detached: ${reason}]`)
}

socket.on("run:event", show)
socket.on("connect_error", (error) => console.error(`[${error.message}]`))
socket.on("connect", async () => {
  try {
    await ask("client:hello", { clientId: `chat-${process.pid}-example`, name: "chat example" })
    const after = last
    await ask("run:attach", { runId, after })
    console.log(`[following ${runId} after ${after}]`)
  } catch (error) {
    console.error(`[${error.message}]`)
  }
})

const COMMANDS = "/yes, /no, /stop, /quit"

/** What a line says: a command, or a message. Fails for a command that cannot be carried out now. */
function inputOf(line) {
  if (line === "/stop") return { interrupt: true }
  // A path, such as /etc/hosts, is no command.
  const [command] = /^\/[\w-]*(?=\s|$)/.exec(line) ?? []
  if (command === undefined) return line
  if (line !== "/yes" && line !== "/no")
    throw new Error(`unknown command ${command}: there are ${COMMANDS}; a line that begins with a space is a message`)
  if (asked === undefined) throw new Error(`nothing waits for an answer, so ${line} was not sent`)
  const kind = line === "/yes" ? "allow" : "reject"
  return { requestId: asked.id, optionId: asked.options.find((option) => option.kind.startsWith(kind)).id }
}

for await (const typed of createInterface({ input: process.stdin })) {
  const line = typed.startsWith("/") ? typed.trim() : typed
  if (line === "/quit") break
  if (line.trim() === "") continue
  try {
    // While the hub is away the client keeps it, and sends it again; the key makes sure that it is taken once.
    const { status } = await ask("run:input", { runId, key: randomUUID(), data: inputOf(line) })
    if (status === "queued") console.log("[queued]")
  } catch (error) {
    console.error(`[${error.message}]`)
  }
}
socket.disconnect()
