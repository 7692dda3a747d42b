/** The settings: a pane with an address for each part, no dialog. What follows the person is kept on the server, the rest in this browser. */
import { useEffect, useRef } from "react"
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
import { PARTS } from "./parts.ts"
import type { SettingsPart } from "./parts.ts"
import { NotificationSettings } from "./NotificationSettings.tsx"
import { Rules, Trust } from "./Safety.tsx"
import { Terminals } from "./Terminals.tsx"
import css from "./settings.module.css"

const SHOWN: Readonly<Record<SettingsPart, () => ReactElement>> = {
  appearance: () => <Appearance />,
  keys: () => <Keys />,
  terminals: () => <Terminals />,
  notifications: () => <NotificationSettings />,
  devices: () => <Devices />,
  agents: () => <Agents />,
  rules: () => <Rules />,
  trust: () => <Trust />,
  import: () => <Imports />,
  about: () => <About />,
}

const isPart = (part: string | undefined): part is SettingsPart => part !== undefined && part in PARTS

/** The pane. */
// oxlint-disable-next-line import/no-default-export -- it is loaded when it is first shown
export default function Settings(): ReactElement {
  const route = useRoute()
  const go = useGo()
  const close = (): void => go("/")
  useCommands([{ id: "settings.close", title: "Close the settings", keys: ["Escape"], run: close }])
  const name = route.name === "settings" && isPart(route.part) ? route.part : "appearance"
  const parts = useRef<HTMLElement>(null)
  // On the phone not all of them are in view.
  useEffect(() => {
    parts.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" })
  }, [name])
  return (
    <section className={css["settings"]} aria-labelledby="settings-title">
      <header>
        <h2 id="settings-title">Settings</h2>
        <IconButton label="Close" icon="close" keys="Escape" onClick={close} />
      </header>
      <nav aria-label="Parts of the settings" ref={parts}>
        {Object.entries(PARTS).map(([part, title]) => (
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
      <div className={css["shown"]}>{SHOWN[name]()}</div>
    </section>
  )
}
