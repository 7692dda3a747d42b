/** The agents that speak ACP and are known without a configuration, with the exact versions that they were tried with. */
import type { KnownAgent } from "../host/KnownAgent.ts"
import { memory, type Place, settingsFile, settingsFolder } from "../host/places.ts"

const windows = process.platform === "win32"
const exe = windows ? ".exe" : ""
const { arch, platform } = process
/** The build for any processor, also one without AVX2. */
const openCodeBuild = `opencode-${windows ? "windows" : platform}-${arch}${arch === "x64" ? "-baseline" : ""}`

const CODEX: ReadonlyArray<Place> = [settingsFolder(".codex"), memory("AGENTS.md")]
const OPENCODE: ReadonlyArray<Place> = [
  settingsFile("opencode.json"),
  settingsFile("opencode.jsonc"),
  settingsFolder(".opencode"),
]
const GEMINI: ReadonlyArray<Place> = [settingsFolder(".gemini"), memory("GEMINI.md")]
const OTHERS = [".cursor", ".goose", ".qwen", ".kimi", ".factory", ".augment", ".vscode/mcp.json"]

/** What agents read that speak ACP. */
export const ACP_PLACES: ReadonlyArray<Place> = [...CODEX, ...OPENCODE, ...GEMINI, ...OTHERS.map(settingsFile)]

/** The agents. */
export const ACP_AGENTS: ReadonlyArray<KnownAgent> = [
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
    reads: CODEX,
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
    reads: OPENCODE,
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
    reads: GEMINI,
  },
]
