/** OpenCode against the model server, over ACP. */
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { AcpProgram } from "./acp-program.ts"
import { heavyProgram, pathOf } from "./heavy.ts"

const settings = (model: string, key: string) => ({
  model: "scripted/scripted",
  small_model: "scripted/scripted",
  enabled_providers: ["scripted"],
  provider: {
    scripted: {
      npm: "@ai-sdk/openai-compatible",
      name: "Scripted",
      options: { baseURL: `${model}/v1`, apiKey: key },
      models: {
        scripted: {
          name: "Scripted",
          tool_call: true,
          attachment: true,
          modalities: { input: ["text", "image"], output: ["text"] },
          limit: { context: 200_000, output: 8000 },
        },
      },
    },
  },
  permission: { bash: "ask", edit: "ask" },
  autoupdate: false,
  share: "disabled",
})

/** Writes a home for OpenCode into `home` (its sessions stay there) and gives the program that uses it. `model`: base address. */
export function openCodeConfig(model: string, home: string, key = "test-key"): AcpProgram {
  mkdirSync(home, { recursive: true })
  const file = join(home, "opencode.json")
  writeFileSync(file, JSON.stringify(settings(model, key)))
  return {
    command: pathOf(heavyProgram("opencode")),
    args: ["acp"],
    env: {
      PATH: process.env["PATH"] ?? "/usr/bin:/bin",
      HOME: home,
      OPENCODE_CONFIG: file,
      OPENCODE_DISABLE_AUTOUPDATE: "1",
      OPENCODE_DISABLE_MODELS_FETCH: "1",
      OPENCODE_DISABLE_DEFAULT_PLUGINS: "1",
      OPENCODE_DISABLE_LSP_DOWNLOAD: "1",
      // It opens an HTTP API on a fixed port of this machine; without a password anyone here could drive it.
      OPENCODE_SERVER_PASSWORD: crypto.randomUUID(),
      // It installs a package for plugins at each first start; here it must not reach beyond this machine.
      npm_config_registry: "http://127.0.0.1:9/",
    },
  }
}
