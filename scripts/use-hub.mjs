/** A hub that is served from an installed `holdfast`, used as a person does. */
import { execFileSync, spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as wait } from "node:timers/promises"
import { ownEnvironment } from "./use-package.mjs"

/**
 * Serves in a folder while `body` runs. It gets `holdfast(...args)`, `reach()`: the variables of a program that reaches the hub, and
 * `startedIn`: the milliseconds until the hub was there.
 */
export async function serving(home, bin, body) {
  const data = join(home, "data")
  const environment = ownEnvironment({
    HOLDFAST_DATA: data,
    HOLDFAST_PORT: "0",
    HOLDFAST_OPEN: "0",
    HOLDFAST_TOKEN: crypto.randomUUID(),
    HOLDFAST_CONFIG: join(home, "none.json"),
  })
  const began = performance.now()
  const server = spawn(process.execPath, [bin, "serve"], { cwd: home, env: environment, stdio: ["ignore", "pipe", "pipe"] })
  let output = ""
  for (const stream of [server.stdout, server.stderr]) stream.on("data", (text) => (output += text))
  const ended = once(server, "exit")
  const port = () => String(JSON.parse(readFileSync(join(data, "hub.json"), "utf8")).port)
  const holdfast = (...args) =>
    execFileSync(process.execPath, [bin, ...args], {
      cwd: home,
      env: { ...environment, HOLDFAST_PORT: port() },
      encoding: "utf8",
      timeout: 20_000,
    })
  const reach = () => ({ HOLDFAST_URL: `http://127.0.0.1:${port()}`, HOLDFAST_TOKEN: environment.HOLDFAST_TOKEN })
  try {
    for (const end = Date.now() + 15_000; !existsSync(join(data, "hub.json")); await wait(50)) {
      if (server.exitCode !== null || Date.now() > end) throw new Error(`serve did not come up: ${output.slice(-2000)}`)
    }
    return await body({ holdfast, reach, startedIn: performance.now() - began })
  } finally {
    if (server.exitCode === null) server.kill("SIGTERM")
    const late = setTimeout(() => server.kill("SIGKILL"), 15_000)
    await ended
    clearTimeout(late)
  }
}

/** Opens a terminal, lists it, and has an agent answer. */
export function useHub({ holdfast }) {
  holdfast("new", "terminal", "--json", "--", "printf", "packed")
  const listed = JSON.parse(holdfast("ls", "--json"))
  const sessions = Array.isArray(listed) ? listed : listed.sessions
  if (sessions?.length !== 1) throw new Error(`ls --json shows ${JSON.stringify(listed).slice(0, 500)}`)
  // Agents run in a thread and a program of their own, which must be in the package too.
  const { id } = JSON.parse(holdfast("new", "agent", "scripted", "--json"))
  const answer = holdfast("send", id, "[[say packed too]]", "--wait").trim()
  if (!answer.includes("packed too")) throw new Error(`the agent answers ${JSON.stringify(answer)}`)
  return "one session listed, and the agent answered"
}
