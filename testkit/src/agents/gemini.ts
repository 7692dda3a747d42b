/** Gemini CLI against the model server, over ACP. */
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { AcpProgram } from "./acp-program.ts"
import { heavyProgram, pathOf } from "./heavy.ts"

const settings = {
  security: { auth: { selectedType: "gemini-api-key" } },
  privacy: { usageStatisticsEnabled: false },
  telemetry: { enabled: false },
  general: { disableAutoUpdate: true, disableUpdateNag: true },
}

/** Writes a home for Gemini into `home` (its sessions stay there) and gives the program that uses it. `model`: base address. */
export function geminiHome(model: string, home: string, key = "test-key"): AcpProgram {
  mkdirSync(join(home, ".gemini"), { recursive: true })
  writeFileSync(join(home, ".gemini", "settings.json"), JSON.stringify(settings))
  return {
    command: process.execPath,
    args: [pathOf(heavyProgram("gemini")), "--acp"],
    env: {
      PATH: process.env["PATH"] ?? "/usr/bin:/bin",
      HOME: home,
      GEMINI_API_KEY: key,
      GOOGLE_GEMINI_BASE_URL: model,
      GEMINI_CLI_NO_RELAUNCH: "true",
    },
  }
}
