/** All keys, by where they count: read from the registry, so it shows what is so at this moment. */
import { useState } from "react"
import type { ReactElement } from "react"
import { PageDialog } from "../ui/PageDialog.tsx"
import { keyPlaces } from "./key-lines.ts"
import type { KeyPlace } from "./key-lines.ts"
import { isApple, keyText } from "./key-text.ts"
import { keyMapIsOpen } from "./palette-state.ts"
import { commands } from "./registry.ts"
import { useAllCommands } from "./use-commands.ts"
import styles from "./KeyMap.module.css"

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
        {keyPlaces([...atFirst, ...all]).map(({ title, lines }) => (
          <Place key={title} title={title} lines={lines} />
        ))}
      </div>
    </PageDialog>
  )
}

function Place({ title, lines }: KeyPlace): ReactElement {
  return (
    <section className={styles["place"]}>
      <h3 className={styles["where"]}>{title}</h3>
      <dl className={styles["keys"]}>
        {lines.map((line) => (
          <Line key={line.id} title={line.title} keys={line.keys} />
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
