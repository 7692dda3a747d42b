/** The settings: a pane with an address for each part, no dialog. What follows the person is kept on the server, the rest in this browser. */
import type { ReactElement } from "react"
import { Link } from "wouter"
import { useGo, useRoute } from "../app/use-route.ts"
import { useCommands } from "../commands/use-commands.ts"
import { IconButton } from "../ui/Button.tsx"
import { About } from "./About.tsx"
import { Agents } from "./Agents.tsx"
import { Devices } from "./Devices.tsx"
import { Imports } from "../first-run/Imports.tsx"
import { Appearance, Keys } from "./Looks.tsx"
import { NotificationSettings } from "./NotificationSettings.tsx"
import { Rules, Trust } from "./Safety.tsx"
import { Terminals } from "./Terminals.tsx"
import css from "./settings.module.css"

const PARTS: Readonly<Record<string, { readonly title: string; readonly show: () => ReactElement }>> = {
  appearance: { title: "Appearance", show: () => <Appearance /> },
  keys: { title: "Keys", show: () => <Keys /> },
  terminals: { title: "Terminals", show: () => <Terminals /> },
  notifications: { title: "Notifications", show: () => <NotificationSettings /> },
  devices: { title: "Devices", show: () => <Devices /> },
  agents: { title: "Agents", show: () => <Agents /> },
  rules: { title: "Permission rules", show: () => <Rules /> },
  trust: { title: "Trusted directories", show: () => <Trust /> },
  import: { title: "Import", show: () => <Imports /> },
  about: { title: "About", show: () => <About /> },
}

/** The pane. */
// oxlint-disable-next-line import/no-default-export -- it is loaded when it is first shown
export default function Settings(): ReactElement {
  const route = useRoute()
  const go = useGo()
  const close = (): void => go("/")
  useCommands([{ id: "settings.close", title: "Close the settings", keys: ["Escape"], run: close }])
  const name = route.name === "settings" && route.part !== undefined && route.part in PARTS ? route.part : "appearance"
  return (
    <section className={css["settings"]} aria-labelledby="settings-title">
      <header>
        <h2 id="settings-title">Settings</h2>
        <IconButton label="Close" icon="close" keys="Escape" onClick={close} />
      </header>
      <nav aria-label="Parts of the settings">
        {Object.entries(PARTS).map(([part, { title }]) => (
          <Link
            key={part}
            href={`/settings/${part}`}
            aria-current={part === name ? "page" : undefined}
            data-autofocus={part === name ? "" : undefined}
          >
            {title}
          </Link>
        ))}
      </nav>
      <div className={css["shown"]}>{PARTS[name]?.show()}</div>
    </section>
  )
}
