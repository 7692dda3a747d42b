/** All keys, by where they count: read from the registry, so it shows what is so at this moment. */
import { useState } from "react"
import type { ReactElement } from "react"
import { PageDialog } from "../ui/PageDialog.tsx"
import type { Command, When } from "./command.ts"
import { isApple, keyText } from "./key-text.ts"
import { keyMapIsOpen } from "./palette-state.ts"
import { commands } from "./registry.ts"
import { useAllCommands } from "./use-commands.ts"
import styles from "./KeyMap.module.css"

/** The places in the order in which they are shown. */
const PLACES: ReadonlyArray<readonly [when: When, title: string]> = [
  ["anywhere", "Everywhere, terminals too"],
  ["outside text", "Outside text"],
  ["list", "In the list"],
  ["pane", "In a pane"],
  ["request", "On what waits for you"],
  ["composer", "In a message"],
  ["terminal", "In a terminal"],
]

/** Of the commands that go by number the first stands for all. */
const BY_LATER_NUMBER = /^(?:pane\.number\.|list\.go-)[2-9]$/

/** The commands of a place that have keys, each once. */
function commandsAt(all: ReadonlyArray<Command>, when: When): ReadonlyArray<Command> {
  const found = new Map<string, Command>()
  for (const command of all) {
    if ((command.when ?? "outside text") !== when || command.keys === undefined || BY_LATER_NUMBER.test(command.id)) continue
    found.set(command.id, command)
  }
  return [...found.values()]
}

/** The map of keys. */
export default function KeyMap(): ReactElement {
  const all = useAllCommands()
  // Those of a row are there only while it has the focus, which this takes.
  const [atFirst] = useState(() => commands.all.get())
  return (
    <PageDialog
      title="Keys"
      about="In a terminal, a key of ours that is pressed twice goes to the program."
      isWide
      onClose={() => keyMapIsOpen.set(false)}
    >
      <div className={styles["places"]} tabIndex={0} role="region" aria-label="Keys by place">
        {PLACES.map(([when, title]) => (
          <Place key={when} title={title} commands={commandsAt([...atFirst, ...all], when)} />
        ))}
      </div>
    </PageDialog>
  )
}

interface PlaceProps {
  readonly title: string
  readonly commands: ReadonlyArray<Command>
}

function Place({ title, commands }: PlaceProps): ReactElement | null {
  if (commands.length === 0) return null
  return (
    <section className={styles["place"]}>
      <h3 className={styles["where"]}>{title}</h3>
      <dl className={styles["keys"]}>
        {commands.map((command) => (
          <Line key={command.id} title={command.title} keys={command.keys ?? []} />
        ))}
      </dl>
    </section>
  )
}

/** Keys of another system are not shown. */
const isHere = (keys: string): boolean => isApple() || !keys.startsWith("Meta+")

function Line({ title, keys }: { readonly title: string; readonly keys: ReadonlyArray<string> }): ReactElement {
  return (
    <div className={styles["line"]}>
      <dt>
        {keys.filter(isHere).map((one) => (
          <kbd key={one}>{keyText(one)}</kbd>
        ))}
      </dt>
      <dd>{title}</dd>
    </div>
  )
}
