/** The agents that are known without a configuration, with the exact versions that they were tried with. */
import { join } from "node:path"
import type * as Schema from "effect/Schema"
import type { AdapterKind } from "@holdfast/protocol/agent/agent"

/** What npm installs for an agent, and what is started then. */
export interface AgentPackage {
  /** Name on npm. */
  readonly name: string
  readonly version: string
  /** The program in the package; one that ends in `.js` is run by Node. Absent when it is no program but a library. */
  readonly file?: string
  /** Command of an installation that the user made, looked for along PATH. */
  readonly command?: string
}

/** An agent as it is known before anything of it is looked for. */
export interface KnownAgent {
  readonly name: string
  readonly title: string
  readonly adapter: AdapterKind
  readonly package?: AgentPackage
  readonly args?: ReadonlyArray<string>
  /** Set for its process, unless the configuration says otherwise. */
  readonly env?: Readonly<Record<string, string>>
  /** Variables that get a password of their own in each process, unless the configuration sets them. */
  readonly passwords?: ReadonlyArray<string>
  /** Options of its sessions, unless they, or the configuration, give others. */
  readonly options?: Readonly<Record<string, Schema.Json>>
}

/** An agent of the catalog, with what the configuration says of it. */
export interface CatalogAgent {
  readonly name: string
  readonly title: string
  readonly adapter: AdapterKind
  readonly package?: AgentPackage
  /** The configuration's own command, in place of the package's. */
  readonly command?: string
  readonly args: ReadonlyArray<string>
  readonly env: Readonly<Record<string, string>>
  readonly passwords: ReadonlyArray<string>
  readonly cwd?: string
  readonly auth?: string
  readonly options: Readonly<Record<string, Schema.Json>>
}

const windows = process.platform === "win32"
const exe = windows ? ".exe" : ""
const { arch, platform } = process
/** The build for any processor, also one without AVX2. */
const openCodeBuild = `opencode-${windows ? "windows" : platform}-${arch}${arch === "x64" ? "-baseline" : ""}`

/** All of them; the first is the default. */
export const KNOWN_AGENTS: ReadonlyArray<KnownAgent> = [
  { name: "scripted", title: "Scripted agent", adapter: "scripted" },
  {
    name: "claude",
    title: "Claude Code",
    adapter: "claude",
    package: { name: "@anthropic-ai/claude-agent-sdk", version: "0.3.329" },
  },
  {
    name: "claude-acp",
    title: "Claude Code over ACP",
    adapter: "acp",
    package: {
      name: "@agentclientprotocol/claude-agent-acp",
      version: "0.100.0",
      file: "dist/index.js",
      command: "claude-agent-acp",
    },
  },
  {
    name: "codex",
    title: "Codex",
    adapter: "acp",
    package: {
      name: `@zed-industries/codex-acp-${platform}-${arch}`,
      version: "0.16.0",
      file: `bin/codex-acp${exe}`,
      command: "codex-acp",
    },
  },
  {
    name: "opencode",
    title: "OpenCode",
    adapter: "acp",
    package: { name: openCodeBuild, version: "1.18.33", file: `bin/opencode${exe}`, command: "opencode" },
    // What it logs goes to the session's agent.log, and tells of requests that it tries again.
    args: ["acp", "--print-logs"],
    // It opens an HTTP API on a port of this machine; without a password anyone here could drive it.
    passwords: ["OPENCODE_SERVER_PASSWORD"],
  },
  {
    name: "gemini",
    title: "Gemini CLI",
    adapter: "acp",
    package: { name: "@google/gemini-cli", version: "0.61.0", file: "bundle/gemini.js", command: "gemini" },
    args: ["--acp"],
    // Otherwise it starts itself once more, and stays for the sake of that.
    env: { GEMINI_CLI_NO_RELAUNCH: "true" },
    // It takes the answer that a file does not exist for a failure, and makes no new ones.
    options: { files: "write" },
  },
]

/** The known agent of a name. */
export const knownAgent = (name: string): KnownAgent | undefined => KNOWN_AGENTS.find((agent) => agent.name === name)

/** Where agents are installed: a directory for each, in the data directory. */
export const agentsDirectory = (data: string): string => join(data, "agents")
