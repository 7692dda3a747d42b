/** Codex against the model server, over ACP. */
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { AcpProgram } from "./acp-program.ts"
import { heavyProgram, pathOf } from "./heavy.ts"

const KEY = "SCRIPTED_KEY"

/**
 * The settings, in TOML. The model is one that Codex knows, as it puts a warning into each answer of another one. Its own
 * sandbox is off, which needs rights that tests lack; so it asks for every command that is not known to be harmless.
 */
const settings = (model: string): string => `model = "gpt-5.4-mini"
model_provider = "scripted"
sandbox_mode = "danger-full-access"
approval_policy = "untrusted"

[model_providers.scripted]
name = "scripted"
base_url = "${model}/v1"
wire_api = "responses"
env_key = "${KEY}"
request_max_retries = 1
stream_max_retries = 1
`

/** Writes a home for Codex into `home` (its sessions stay there) and gives the program that uses it. `model`: base address. */
export function codexHome(model: string, home: string, key = "test-key"): AcpProgram {
  mkdirSync(home, { recursive: true })
  writeFileSync(join(home, "config.toml"), settings(model))
  return {
    command: pathOf(heavyProgram("codex-acp")),
    args: [],
    env: { PATH: process.env["PATH"] ?? "/usr/bin:/bin", HOME: home, CODEX_HOME: home, [KEY]: key },
  }
}
