#!/usr/bin/env node
/** The suite from the command line: tries the doors of a server and prints a report. */
import { spawn } from "node:child_process"
import { parseArgs } from "node:util"
import { CHECKS } from "./checks.ts"
import type { DoorUnderTest } from "./door.ts"
import { pagesDoor } from "./doors/pages.ts"
import { rpcDoor } from "./doors/rpc.ts"
import { type Io, socketIoDoor } from "./doors/socket-io.ts"
import { sseDoor } from "./doors/sse.ts"
import { streamSocketDoor } from "./doors/stream-socket.ts"
import type { HubUnderTest } from "./hub.ts"
import { lineOf, nameOf, reportOf } from "./report.ts"
import { runSuite } from "./suite.ts"

const USAGE = `holdfast-conformance URL [options]

Tries the doors of the Holdfast server at URL. The sessions that it makes are moved to the trash.

  --token TOKEN     credential of scope all (default: HOLDFAST_TOKEN)
  --door NAME       socket, sse, pages, rpc, socket-io or socket-io-polling; may be repeated (default: all but Socket.IO)
  --check ID        a check; may be repeated (default: all)
  --restart COMMAND kills the server with SIGKILL and starts it again (default: nothing is killed)
  --trims BYTES     the server's logMaxBytes, if a terminal reaches it in a moment
  --silence MILLIS  the server's socketSilence, if it can be waited for
  --json            print the results as JSON
  --list            list the checks

Ends with 0 when every door passed, with 1 when a check failed, with 2 after a wrong option.`

const io = async (): Promise<Io> => {
  try {
    return (await import("socket.io-client")).io as unknown as Io
  } catch (cause) {
    throw new Error("the doors socket-io and socket-io-polling need the package socket.io-client; install it beside this one", {
      cause,
    })
  }
}

const DOORS: Readonly<Record<string, (hub: HubUnderTest) => DoorUnderTest | Promise<DoorUnderTest>>> = {
  socket: streamSocketDoor,
  sse: sseDoor,
  pages: pagesDoor,
  rpc: rpcDoor,
  "socket-io": async (hub) => socketIoDoor(hub, await io()),
  "socket-io-polling": async (hub) => socketIoDoor(hub, await io(), "polling"),
}

/** Runs a command of the shell to its end; fails unless it ends with 0. */
function shell(command: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, { shell: true, stdio: ["ignore", "ignore", "inherit"] })
    child.on("error", reject)
    child.on("close", (code) => (code === 0 ? resolve() : reject(new Error(`the restart command ended with ${code}`))))
  })
}

function read(args: ReadonlyArray<string>) {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      token: { type: "string" },
      door: { type: "string", multiple: true, default: ["socket", "sse", "pages", "rpc"] },
      check: { type: "string", multiple: true },
      restart: { type: "string" },
      trims: { type: "string" },
      silence: { type: "string" },
      json: { type: "boolean", default: false },
      list: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  })
  const unknown = [
    ...values.door.filter((name) => !Object.hasOwn(DOORS, name)),
    ...(values.check ?? []).filter((id) => !CHECKS.some((check) => check.id === id)),
  ]
  if (unknown.length > 0) throw new Error(`not known: ${unknown.join(", ")}`)
  return { ...values, url: positionals[0] }
}

async function main(args: ReadonlyArray<string>): Promise<number> {
  const { check, door, json, restart, silence, trims, url, ...options } = read(args)
  if (options.list) {
    for (const check of CHECKS) console.log(nameOf(check))
    return 0
  }
  if (url === undefined || options.help) {
    console.log(USAGE)
    return options.help ? 0 : 2
  }
  const hub: HubUnderTest = {
    url: url.replace(/\/$/, ""),
    token: options.token ?? process.env["HOLDFAST_TOKEN"] ?? "",
    ...(restart === undefined ? {} : { restart: () => shell(restart) }),
    ...(trims === undefined ? {} : { trimsAt: Number(trims) }),
    ...(silence === undefined ? {} : { silence: Number(silence) }),
  }
  const chosen = CHECKS.filter(({ id }) => check === undefined || check.includes(id))
  const all = []
  for (const name of door) {
    const tried = await DOORS[name]?.(hub)
    if (tried === undefined) continue
    if (!json) console.log(`\n${tried.name}`)
    const results = await runSuite(chosen, tried, hub, (result) => (json ? undefined : console.log(lineOf(result))))
    if (!json) console.log(reportOf(tried.name, results).split("\n").at(-1))
    all.push({ door: tried.name, results })
  }
  if (json) console.log(JSON.stringify(all, undefined, 2))
  return all.some(({ results }) => results.some(({ outcome }) => outcome === "failed")) ? 1 : 0
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`)
  process.exitCode = 2
}
