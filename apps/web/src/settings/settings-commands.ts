/** The settings as commands: each part by its name, and what people look for in them. */
import type { Command } from "../commands/command.ts"
import { askPairing, PARTS } from "./parts.ts"
import type { SettingsPart } from "./parts.ts"

/** Other words for the parts. */
const WORDS: Readonly<Record<SettingsPart, string>> = {
  appearance: "theme colours dark light",
  keys: "keyboard shortcuts",
  terminals: "font size cursor bell copy",
  notifications: "push alerts sounds",
  devices: "tokens phone name",
  agents: "install claude codex",
  rules: "always allow answers",
  trust: "hooks directories",
  import: "claude code sessions",
  about: "version server",
}

/** The commands. */
export function settingsCommands(go: (path: string) => void): ReadonlyArray<Command> {
  const pair = (): void => {
    askPairing()
    go("/settings/devices")
  }
  return [
    ...(Object.keys(PARTS) as ReadonlyArray<SettingsPart>).map((part): Command => ({
      id: `settings.${part}`,
      title: `Settings: ${PARTS[part]}`,
      words: `preferences options ${WORDS[part]}`,
      run: () => go(`/settings/${part}`),
    })),
    { id: "sign-out", title: "Sign out of this browser", words: "log out logout key", run: () => go("/settings/devices") },
    { id: "pair", title: "Pair a phone", words: "device qr code link mobile", run: pair },
    {
      id: "import",
      title: "Import sessions of Claude Code",
      words: "history transcripts",
      run: () => go("/settings/import"),
    },
  ]
}
