/**
 * `holdfast trust`: which directories' hooks, MCP servers and rules agents may run (docs/protocol/rules.md, A-30 to A-33).
 */
import { resolve } from "node:path"
import { createInterface } from "node:readline/promises"
import type { TrustedDirectory } from "@holdfast/protocol/agent/trust"
import { complain, outputWidth, paint, printEither } from "../output.ts"
import { ago } from "../text/amounts.ts"
import { printable } from "../text/printable.ts"
import { table } from "../text/table.ts"
import { type AgentHub, askAgents, useAgents } from "./agent-hub.ts"
import { broughtLines, trustHint, waitingLines } from "./trust-lines.ts"

/** Prints what people said, and what waits. */
export async function trustList(json: boolean): Promise<void> {
  const list = await askAgents(useAgents(), (agents) => agents.trust())
  const { directories, waiting } = list
  printEither(json, list, () => [
    ...(directories.length === 0 ? ["no directory has been trusted or refused"] : directoryTable(directories)),
    ...waiting.flatMap((one) => ["", ...waitingLines(one, paint)]),
  ])
}

const directoryTable = (directories: ReadonlyArray<TrustedDirectory>): ReadonlyArray<string> =>
  table(
    [
      {
        title: "TRUST",
        text: ({ trusted }) => (trusted ? "trusted" : "refused"),
        style: ({ trusted }) => (trusted ? "green" : "red"),
      },
      { title: "DIRECTORY", text: ({ directory }) => printable(directory), style: () => "bold" },
      { title: "BY", text: ({ by }) => printable(by), drop: 2 },
      { title: "WHEN", text: ({ at }) => ago(at, Date.now()), drop: 1 },
    ],
    directories,
    { paint, width: outputWidth() ?? 200 },
  )

/** Trusts a directory and everything below it, or refuses to. */
export async function trustSay(directory: string, trusted: boolean, json: boolean): Promise<void> {
  const word = await askAgents(useAgents(), (agents) => agents.setTrust({ directory: resolve(directory), trusted }))
  printEither(json, word, () => [
    trusted
      ? `trusted: agents in ${printable(word.directory)} and below run its hooks, servers and commands`
      : `refused: agents in ${printable(word.directory)} and below do not run its hooks, servers and commands`,
  ])
}

/** Takes back what was said about a directory. */
export async function trustRevoke(directory: string, json: boolean): Promise<void> {
  const path = resolve(directory)
  const { revoked } = await askAgents(useAgents(), (agents) => agents.revokeTrust(path))
  printEither(json, { directory: path, revoked }, () => [
    revoked
      ? `revoked: agents that start in ${printable(path)} from now on do not run its hooks, servers and commands`
      : `no decision was made about ${printable(path)}`,
  ])
}

/** Asks a person at a terminal whether a directory is trusted, where that is not known; any other answer leaves it open. */
export async function askForTrust(hub: AgentHub, directory: string, agent: string | undefined): Promise<void> {
  const look = { directory, ...(agent === undefined ? {} : { agent }) }
  const found = await askAgents(hub, (agents) => agents.look(look)).catch(() => undefined)
  if (found?.state !== "waiting") return
  complain(`${printable(found.directory)} has files that an agent there would run:`)
  for (const line of broughtLines(found.brings)) complain(line)
  const reader = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await reader.question("Trust it and everything below? [y]es, [n]o, Enter: later ").finally(() => reader.close())
  const word = answer.trim().toLowerCase()
  if (word.startsWith("y") || word.startsWith("n")) {
    await askAgents(hub, (agents) => agents.setTrust({ directory: found.directory, trusted: word.startsWith("y") }))
  } else complain(`not decided; to trust it later: ${trustHint(found.directory)}`)
}
